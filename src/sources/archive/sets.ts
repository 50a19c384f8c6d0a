import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { instant, type Instant } from '../../model/time.ts';
import { packingOf, unpackedName, type Packing } from './packing.ts';
import { byAge, datedUntil, isRotationOf, logOf, rotationName } from './rotation-order.ts';

/** One file of history. */
export interface ArchiveFile {
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly changedAt: Instant;
  readonly packing?: Packing;
  /** By its name nothing in it is later. */
  readonly datedUntil?: Instant;
}

/** One log with its rotations, oldest first. */
export interface ArchiveSet {
  /** The path of the log itself, which need not be there any more. */
  readonly log: string;
  readonly files: readonly ArchiveFile[];
}

/** What was found, and what could not be read with the reason in a few words. */
export interface FoundArchives {
  readonly sets: readonly ArchiveSet[];
  readonly failures: readonly { readonly path: string; readonly detail: string }[];
}

/** Most files of one set: a directory may hold anything. */
const mostFiles = 10_000;

/**
 * The history that `paths` name. With `rotated` a log brings the rotations beside it; rotations named one by
 * one are a set of their own, and no file is in two sets.
 */
export async function findArchives(paths: readonly string[], rotated: boolean): Promise<FoundArchives> {
  const failures: { path: string; detail: string }[] = [];
  const groups = new Map<string, Set<string>>();
  const named = new Set(paths);
  const rest: string[] = [];
  const add = (log: string, path: string): void => {
    const group = groups.get(log) ?? new Set<string>();
    groups.set(log, group.add(path));
  };
  for (const path of named) {
    const log = logOf(basename(path));
    if (log !== undefined) {
      rest.push(path);
      continue;
    }
    const beside = rotated ? await rotationsOf(path) : [];
    const isThere = beside.length === 0 || (await exists(path));
    for (const each of isThere ? [...beside, path] : beside) add(logPath(path), each);
  }
  for (const path of rest) add(logPath(join(dirname(path), logOf(basename(path)) ?? basename(path))), path);
  const sets: ArchiveSet[] = [];
  const seen = new Set<string>();
  for (const [log, members] of groups) {
    const files: ArchiveFile[] = [];
    for (const path of withoutTwins([...members])) {
      const found = await lookAt(path, log);
      if (typeof found === 'string') failures.push({ path, detail: found });
      else if (!seen.has(found.real)) {
        seen.add(found.real);
        files.push(found.file);
      }
    }
    if (files.length > 0) sets.push({ log, files: oldestFirst(files, basename(log)) });
  }
  return { sets, failures };
}

const oldestFirst = (files: readonly ArchiveFile[], log: string): readonly ArchiveFile[] =>
  byAge(files.map((file) => ({ file, ...file, name: rotationName(basename(file.path), log) }))).map(
    ({ file }) => file,
  );

const logPath = (path: string): string => join(dirname(path), unpackedName(basename(path)));

async function rotationsOf(path: string): Promise<readonly string[]> {
  const directory = dirname(path);
  const base = unpackedName(basename(path));
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => isRotationOf(name, base))
    .slice(0, mostFiles)
    .map((name) => join(directory, name));
}

/** Of a file that is being packed just now, plain and packed, only the plain one: it is complete. */
function withoutTwins(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  return paths.filter((path) => packingOf(path) === undefined || !all.has(unpackedName(path)));
}

async function lookAt(
  path: string,
  log: string,
): Promise<{ readonly file: ArchiveFile; readonly real: string } | string> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return `it is a folder; name its files, such as ${path}/*.log`;
    if (!facts.isFile()) return 'it is no regular file';
    const packing = packingOf(path);
    const until = datedUntil(rotationName(basename(path), basename(log)));
    const file: ArchiveFile = {
      path,
      size: facts.size,
      changedAt: instant(Math.floor(facts.mtimeMs)),
      ...(packing === undefined ? {} : { packing }),
      ...(until === undefined ? {} : { datedUntil: until }),
    };
    return { file, real: await realpath(path) };
  } catch (error) {
    return whyNot(error);
  }
}

/** A system error in the words of a person. */
export function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES')
    return 'permission denied; membership of the group that owns it (often adm) would help';
  return typeof code === 'string' ? code : String(error);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
