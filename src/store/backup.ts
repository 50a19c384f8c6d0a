import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Instant } from '../model/time.ts';
import { companions, lstatOf, preparePrivateFile } from './directory.ts';
import { failureOf } from './failure.ts';
import type { CopyDatabase, Database, OpenDatabase } from './sqlite/driver.ts';

/** `none`: there was no need or no room; `detail` says which. */
export type BackUp =
  | { readonly done: 'made'; readonly path: string }
  | { readonly done: 'none' | 'failed'; readonly detail: string };

/** A copy that is younger is good enough: a start after a crash must not cost a copy each time. */
const youngMs = 20 * 3_600_000;

/** Room that a copy must leave to the ledger itself. */
const marginBytes = 16 * 1024 * 1024;

/** Where the copy of a ledger is, whole at any time. */
export const backupPath = (path: string): string => `${path}.backup`;

/**
 * Copies the ledger beside itself, unless a copy is younger than 20 hours. The one before is replaced when
 * the new one is whole and on the disk.
 */
export async function backUpLedger(
  database: Database,
  path: string,
  now: Instant,
  sqlite: { readonly open: OpenDatabase; readonly copy: CopyDatabase },
): Promise<BackUp> {
  const made = backupPath(path);
  const growing = `${made}.new`;
  try {
    const before = lstatOf(made);
    if (before?.isFile() === true && Math.abs(now - before.mtimeMs) < youngMs) {
      return { done: 'none', detail: 'the last one is of today' };
    }
    if (!hasRoom(path)) return { done: 'none', detail: 'there is no room for a copy of the ledger' };
    removeDatabase(growing);
    const prepared = preparePrivateFile(growing);
    if (!prepared.ok) return { done: 'failed', detail: prepared.failure.detail };
    await sqlite.copy(database, growing);
    makeOneFile(sqlite.open, growing);
    renameSync(growing, made);
    syncDirectory(path);
    return { done: 'made', path: made };
  } catch (error) {
    removeDatabase(growing);
    return { done: 'failed', detail: failureOf(error)?.detail ?? String(error) };
  }
}

/** A database in WAL mode would need files beside it to be read. */
function makeOneFile(open: OpenDatabase, path: string): void {
  const copied = open(path, { readOnly: false, busyMs: 0 });
  try {
    copied.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copied.close();
  }
}

function hasRoom(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path));
  const size = [path, ...companions(path)].reduce((sum, file) => sum + (lstatOf(file)?.size ?? 0), 0);
  return bavail * bsize > size + marginBytes;
}

/** What was renamed in the directory of `path` survives a power cut from here on. */
export function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** Deletes a database with the files beside it. */
export function removeDatabase(path: string): void {
  for (const file of [path, ...companions(path)]) rmSync(file, { force: true });
}
