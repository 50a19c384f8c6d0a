import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A log file and its rotations on the disk, with the lines that were ever written, for a model. */
export interface World {
  readonly path: string;
  /** All lines that a reader has to see, in order per file. */
  readonly expected: readonly (readonly string[])[];
  /** Appends to the file at the path; a line may come in pieces. */
  write(text: string): void;
  /** Appends to the file renamed last, as long as the source can know of it. */
  late(text: string): void;
  /** The source has seen the file at the path. */
  noticed(): void;
  rename(create: boolean): void;
  copyTruncate(): void;
  recreate(): void;
  compress(number: number): void;
  readonly empty: boolean;
  close(): void;
}

export function createWorld(directory: string): World {
  const path = join(directory, 'app.log');
  const rotated = (number: number): string => `${path}.${number}`;
  const files: string[][] = [[]];
  const seen = new Set<string[]>();
  /** The lines of the file that `rotated(1)` is, while a writer may still have it open. */
  let former: { lines: string[]; fd: number } | undefined;
  appendFileSync(path, '');
  let fd = openSync(path, 'a');
  let open = '';

  const current = (): string[] => files.at(-1) ?? [];
  const shift = (): void => {
    const numbers = readdirSync(directory)
      .map((name) => /^app\.log\.(\d+)(\.gz)?$/.exec(name))
      .filter((found) => found !== null)
      .toSorted((a, b) => Number(b[1]) - Number(a[1]));
    for (const [name, number, packed] of numbers) {
      renameSync(join(directory, name), rotated(Number(number) + 1) + (packed ?? ''));
    }
    dropFormer();
  };
  const dropFormer = (): void => {
    if (former !== undefined) closeSync(former.fd);
    former = undefined;
  };

  return {
    path,
    expected: files,
    get empty() {
      return current().length === 0;
    },
    write(text) {
      writeSync(fd, Buffer.from(text, 'latin1'));
      const lines = (open + text).split('\n');
      open = lines.pop() ?? '';
      current().push(...lines);
    },
    late(text) {
      // A file that was empty as long as it had its name, and never seen, is no file to the source.
      if (former === undefined || (former.lines.length === 0 && !seen.has(former.lines))) return;
      writeSync(former.fd, Buffer.from(text, 'latin1'));
      former.lines.push(...text.split('\n').slice(0, -1));
    },
    noticed() {
      seen.add(current());
    },
    rename(create) {
      shift();
      renameSync(path, rotated(1));
      former = { lines: current(), fd };
      files.push([]);
      if (create) appendFileSync(path, '');
      fd = openSync(path, 'a');
    },
    copyTruncate() {
      shift();
      copyFileSync(path, rotated(1));
      truncateSync(path);
      files.push([]);
    },
    recreate() {
      rmSync(path);
      closeSync(fd);
      files.push([]);
      fd = openSync(path, 'a');
    },
    compress(number) {
      if (!existsSync(rotated(number))) return;
      if (number === 1) dropFormer();
      spawnSync('gzip', [rotated(number)]);
    },
    close() {
      dropFormer();
      closeSync(fd);
    },
  };
}
