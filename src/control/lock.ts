import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The part of an open SQLite database that the lock uses. */
interface LockDatabase {
  exec(sql: string): void;
  close(): void;
}

/** Opens (and if need be creates) a SQLite database. `busyMs`: how long to wait for another's lock. */
export type OpenLockDatabase = (
  path: string,
  options: { readonly readOnly: boolean; readonly busyMs: number },
) => LockDatabase;

/** The exclusive right to write in a state directory; ends with `release` or with the process. */
export interface HeldLock {
  readonly ok: true;
  readonly directory: string;
  release(): void;
}

/** `held`: another process has it, `holder` if it is known which; `failed`: no lock can be had here. */
export type Lock =
  | HeldLock
  | {
      readonly ok: false;
      readonly reason: 'held' | 'failed';
      readonly holder?: { readonly pid: number };
      readonly detail: string;
    };

/**
 * Two that try at the same moment each see the other's first step; this long SQLite tries again, so that
 * one of them wins.
 */
const busyMs = 500;

/**
 * The databases whose transactions are the locks of this process. Without this, a caller that only ever
 * asked `ok` would lose its lock as soon as the garbage collector closed the forgotten database.
 */
const held = new Set<LockDatabase>();

/**
 * Takes the exclusive lock of a state directory that is there already. Node has no `flock`, so it is the
 * lock of an exclusive SQLite transaction on an empty database, `lock.db`: POSIX record locks, which the
 * kernel drops when the process dies in whatever way, and which no child inherits. The file is never
 * written and never deleted, so there is nothing to clean up after a crash and nothing to race for.
 * `lock.pid` beside it only serves the message to those who come second.
 */
export function acquireLock(directory: string, openDatabase: OpenLockDatabase): Lock {
  const home = resolve(directory);
  let database: LockDatabase | undefined;
  try {
    prepareLockFile(join(home, 'lock.db'));
    database = openDatabase(join(home, 'lock.db'), { readOnly: false, busyMs });
    // Without a journal on the disk the lock can be had when there is no room for one.
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    return refusal(home, error);
  }
  held.add(database);
  const pidFile = join(home, 'lock.pid');
  leavePid(pidFile);
  return { ok: true, directory: home, release: releaseOf(database, pidFile) };
}

/**
 * Creates `lock.db` 0600 if it is missing. An existing one is only looked at: to open and close it here
 * would drop the lock if this very process holds it (fcntl(2), "record locks").
 */
function prepareLockFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    try {
      closeSync(createOwned(path));
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
  }
  const stats = lstatSync(path);
  if (!stats.isFile() || stats.nlink !== 1) {
    throw new Error(`${path} is not a regular file of one name; remove it`);
  }
}

/** Opens a new file 0600; whatever stands in its place, a link included, is an error. */
function createOwned(path: string): number {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  // What root creates in another user's directory belongs to that user, whose daemon needs it.
  const { uid, gid } = lstatSync(dirname(path));
  if (process.geteuid?.() === 0 && uid !== 0) fchownSync(file, uid, gid);
  return file;
}

const isAlreadyThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

function refusal(directory: string, error: unknown): Lock {
  if (!(error instanceof Error)) throw error;
  const busy = 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5;
  if (!busy) {
    return { ok: false, reason: 'failed', detail: `cannot lock ${directory}: ${error.message}` };
  }
  const pid = alivePid(join(directory, 'lock.pid'));
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return {
    ok: false,
    reason: 'held',
    ...(pid !== undefined && { holder: { pid } }),
    detail: `${who} is using ${directory}`,
  };
}

/** Never writes into what is there: its owner may have made it a link to a file of root's. */
function leavePid(path: string): void {
  try {
    rmSync(path, { force: true });
    const file = createOwned(path);
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
  } catch {
    // The lock is held all the same; others will be told "another process".
    return;
  }
}

function alivePid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(beginningOf(path), 10);
    if (!(pid > 0)) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** The first bytes of a regular file; a FIFO in its place must not hold the reader up. */
function beginningOf(path: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) return '';
    const bytes = Buffer.alloc(16);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function releaseOf(database: LockDatabase, pidFile: string): () => void {
  return () => {
    if (!held.delete(database)) return;
    rmSync(pidFile, { force: true });
    database.close();
  };
}
