import type { LedgerFailure, Written } from './contract.ts';
import type { Database } from './sqlite/driver.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that the world, not we, can cause. */
const worldly: ReadonlyMap<number, LedgerFailure['type']> = new Map([
  [3, 'permission'], // PERM
  [5, 'locked'], // BUSY
  [6, 'locked'], // LOCKED
  [7, 'io'], // NOMEM
  [8, 'permission'], // READONLY
  [10, 'io'], // IOERR
  [11, 'damaged'], // CORRUPT
  [13, 'full'], // FULL
  [14, 'permission'], // CANTOPEN
  [15, 'locked'], // PROTOCOL
  [22, 'full'], // NOLFS
  [23, 'permission'], // AUTH
  [26, 'damaged'], // NOTADB
]);

/** IOERR_SHMSIZE: the shared-memory file could not grow, which on a full disk comes before FULL. */
const sharedMemorySize = 4874;

/** Extended result code of an error thrown by the driver; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // Every JSON column was checked when it was written, so this is damage too.
  if (error.message.endsWith('malformed JSON')) return 11;
  // A changed byte of the header; SQLite gives it the code of any error.
  if (error.message.endsWith('unsupported file format')) return 11;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  return 'code' in error && error.code === 'ERR_SQLITE_ERROR' ? codeBehind(error.message) : undefined;
}

/** The package for older Nodes gives errors of `all`, `iterate` and `prepare` their words only. */
function codeBehind(message: string): number {
  const known = words.find(([text]) => message.endsWith(text) || message.startsWith(text));
  return known?.[1] ?? 1;
}

/** What `sqlite3_errstr` says for the codes above. */
const words: readonly (readonly [text: string, code: number])[] = [
  ['access permission denied', 3],
  ['database is locked', 5],
  ['database schema is locked', 6],
  ['database table is locked', 6],
  ['out of memory', 7],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['malformed database schema', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['locking protocol', 15],
  ['large file support is disabled', 22],
  ['authorization denied', 23],
  ['file is not a database', 26],
];

/** A failure of the world as an exception, for callers that cannot go on without the answer. */
export class LedgerError extends Error {
  readonly failure: LedgerFailure;

  constructor(failure: LedgerFailure) {
    super(failure.detail);
    this.name = 'LedgerError';
    this.failure = failure;
  }
}

/** The world's failure behind an error of the driver or of `node:fs`; undefined: a bug of ours. */
export function failureOf(error: unknown): LedgerFailure | undefined {
  if (error instanceof LedgerError) return error.failure;
  const code = sqliteCode(error);
  if (code === undefined) return systemFailure(error);
  const type = code === sharedMemorySize ? 'full' : worldly.get(code & 0xff);
  return type && { type, detail: `SQLite: ${(error as Error).message} (code ${code})` };
}

function systemFailure(error: unknown): LedgerFailure | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const type = systemTypes.get(String(error.code)) ?? 'io';
  return { type, detail: error.message };
}

const systemTypes: ReadonlyMap<string, LedgerFailure['type']> = new Map([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EACCES', 'permission'],
  ['EPERM', 'permission'],
  ['EROFS', 'permission'],
  ['ELOOP', 'permission'],
]);

/**
 * Runs `work` in one transaction. After a failure nothing of it is kept and the database can be used
 * again. Throws what only a bug of ours can cause.
 */
export function transaction(database: Database, work: () => void): Written {
  try {
    rollBack(database);
    database.exec('BEGIN IMMEDIATE');
    work();
    database.exec('COMMIT');
    return { ok: true };
  } catch (error) {
    rollBack(database);
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return { ok: false, failure };
  }
}

function rollBack(database: Database): void {
  // SQLite has rolled back by itself after the worst failures; a disk that still fails here fails at
  // the next BEGIN too, where it is reported.
  try {
    if (database.isTransaction) database.exec('ROLLBACK');
  } catch {
    return;
  }
}
