import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const remote = '/lib/systemd/systemd-journal-remote';

/** Why there can be no journal here, or undefined. */
export const whyNoJournal = (): string | undefined =>
  existsSync(remote) ? undefined : 'systemd-journal-remote is not installed';

/** Fields of an entry to be; a list is a field of several values. */
export interface NewEntry {
  readonly [name: string]: string | Buffer | readonly (string | Buffer)[];
}

/** A directory of real journal files, written by systemd-journal-remote. */
export interface JournalPeer {
  readonly directory: string;
  /** Writes entries into the file that is written just now, a second apart. */
  add(...entries: readonly NewEntry[]): void;
  /** Waits until journalctl shows so many entries. */
  untilWritten(count: number): Promise<void>;
  /** Goes on in another file, as a rotation does. */
  rotate(): Promise<void>;
  /** Deletes the file that was written first, as vacuuming does. */
  vacuum(): void;
  close(): Promise<void>;
}

/** The time of a journal's first entry, in microseconds. */
export const firstTime = 1_700_000_000_000_000n;

export function startJournal(): JournalPeer {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  let file = 0;
  let written = 0n;
  const paths: string[] = [];
  let child = startWriter();

  function startWriter(): ChildProcess {
    const path = join(directory, `part${String(file++)}.journal`);
    paths.push(path);
    return spawn(remote, ['--output', path, '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  }

  const closed = async (): Promise<void> => {
    const ending = new Promise((resolve) => child.once('close', resolve));
    child.stdin?.end();
    await ending;
  };

  return {
    directory,
    add(...entries) {
      for (const entry of entries) child.stdin?.write(exported(entry, firstTime + written++ * 1_000_000n));
    },
    untilWritten: (count) =>
      eventually(() => entriesIn(directory) >= count, `${String(count)} entries`, 60_000),
    async rotate() {
      await closed();
      child = startWriter();
    },
    vacuum: () => rmSync(paths.shift() ?? '', { force: true }),
    async close() {
      await closed();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function entriesIn(directory: string): number {
  const { stdout } = spawnSync('journalctl', ['--directory', directory, '-o', 'export'], {
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
  });
  return stdout.split('__CURSOR=').length - 1;
}

/** An entry in the Journal Export Format, everything in its binary form. */
export function exported(entry: NewEntry, realtime: bigint): Buffer {
  const fields: NewEntry = {
    __REALTIME_TIMESTAMP: realtime.toString(),
    __MONOTONIC_TIMESTAMP: (realtime - firstTime).toString(),
    _BOOT_ID: '0123456789abcdef0123456789abcdef',
    _MACHINE_ID: 'fedcba9876543210fedcba9876543210',
    ...entry,
  };
  const parts = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value: string | Buffer) => fieldOf(name, Buffer.from(value))),
  );
  return Buffer.concat([...parts, Buffer.from('\n')]);
}

function fieldOf(name: string, value: Buffer): Buffer {
  // Addresses must be in the text form.
  if (name.startsWith('__') || name === '_BOOT_ID')
    return Buffer.concat([Buffer.from(`${name}=`), value, newline]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, newline]);
}

const newline = Buffer.from('\n');
