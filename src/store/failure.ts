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
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** The world's failure behind an error of the driver or of `node:fs`; undefined: a bug of ours. */
export function failureOf(error: unknown): LedgerFailure | undefined {
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
