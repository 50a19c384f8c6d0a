import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LedgerFailure } from './contract.ts';
import { failureOf } from './failure.ts';

/** The ledger's file inside a state directory. */
export const ledgerPath = (directory: string): string => join(resolve(directory), 'ledger.db');

/** The files that SQLite keeps beside a database in WAL mode. */
export const companions = (path: string): readonly string[] => [`${path}-wal`, `${path}-shm`];

export type Prepared =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly failure: LedgerFailure };

/**
 * Makes sure that the state directory is there (created 0700) and safe to keep log text in: a real
 * directory, ours (root may use another's), and writable by nobody else.
 */
export function prepareStateDirectory(directory: string): LedgerFailure | undefined {
  const path = resolve(directory);
  try {
    if (lstatOf(path) === undefined) mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return worldly(error);
  }
  return judgeStateDirectory(path);
}

/** The same judgement of a directory that must be there already; creates nothing. */
export function judgeStateDirectory(directory: string): LedgerFailure | undefined {
  const path = resolve(directory); // without a trailing slash, with which lstat would follow a link
  try {
    const complaint = complaintAbout(lstatSync(path));
    return complaint === undefined ? undefined : permission(`${path} ${complaint}`);
  } catch (error) {
    return worldly(error);
  }
}

function complaintAbout(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link; name the real directory';
  if (!stats.isDirectory()) return 'is not a directory';
  if (!isOurs(stats)) return `belongs to user ${stats.uid}`;
  if ((stats.mode & 0o022) === 0) return undefined;
  return `is writable by others (mode ${octal(stats)}); take that away with chmod go-w`;
}

/**
 * Creates the database file 0600 before SQLite could do it with wider modes, or makes an existing one
 * (and its companions) private. Must not be called while this process has the file open: closing any
 * descriptor of it would drop SQLite's POSIX locks.
 */
export function preparePrivateFile(path: string): Prepared {
  const notes: string[] = [];
  try {
    if (lstatOf(path) === undefined) createPrivate(path);
    for (const file of [path, ...companions(path)]) {
      const stats = lstatOf(file);
      if (stats === undefined) continue;
      const complaint = complaintAboutFile(stats);
      if (complaint !== undefined) return { ok: false, failure: permission(`${file} ${complaint}`) };
      if ((stats.mode & 0o077) === 0) continue;
      const refused = makePrivate(file);
      if (refused !== undefined) return { ok: false, failure: permission(`${file} ${refused}`) };
      notes.push(`${file} was open to others (mode ${octal(stats)}); it is 0600 now`);
    }
    return { ok: true, notes };
  } catch (error) {
    return { ok: false, failure: worldly(error) };
  }
}

/** Another name of the file could lie where others reach it, or be a file of somebody else's. */
function complaintAboutFile(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is not a regular file';
  if (stats.nlink !== 1) return `is one of ${stats.nlink} names of the same file`;
  return isOurs(stats) ? undefined : `belongs to user ${stats.uid}`;
}

/** Looks at the very file whose mode it changes: the name may mean another one by now. */
function makePrivate(path: string): string | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const complaint = complaintAboutFile(fstatSync(file));
    if (complaint === undefined) fchmodSync(file, 0o600);
    return complaint;
  } finally {
    closeSync(file);
  }
}

/** `lstat`, or undefined when nothing is there. */
export function lstatOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function createPrivate(path: string): void {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  // What root creates in another user's directory belongs to that user, whose daemon needs it.
  const { uid, gid } = lstatSync(dirname(path));
  if (process.geteuid?.() === 0 && uid !== 0) fchownSync(file, uid, gid);
  closeSync(file);
}

function isOurs(stats: Stats): boolean {
  const user = process.geteuid?.();
  return user === undefined || user === 0 || stats.uid === user;
}

const octal = (stats: Stats): string => (stats.mode & 0o7777).toString(8).padStart(4, '0');

const permission = (detail: string): LedgerFailure => ({ type: 'permission', detail });

function worldly(error: unknown): LedgerFailure {
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return failure;
}
