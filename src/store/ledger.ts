import type { Instant } from '../model/time.ts';
import type { Ledger, LedgerFailure, LedgerReader } from './contract.ts';
import {
  companions,
  judgeStateDirectory,
  ledgerPath,
  lstatOf,
  preparePrivateFile,
  prepareStateDirectory,
} from './directory.ts';
import { backUpLedger, type BackUp } from './backup.ts';
import { failureOf, sqliteCode } from './failure.ts';
import { guardReads, guardRetention, throwFailure, type OnReadFailure } from './guard.ts';
import { closeQuietly, openReadable, openWritable, type Opened } from './open.ts';
import { createReader } from './read.ts';
import { createRetention } from './retain.ts';
import { finishRescue, rescue } from './salvage.ts';
import { loadSqlite, type Database, type OpenDatabase } from './sqlite/driver.ts';
import { createWriter, type Within } from './write.ts';

/** `notes`: what a human should know, such as a damaged file that was moved aside. */
export type OpenedLedger =
  | {
      readonly ok: true;
      readonly ledger: Ledger;
      readonly notes: readonly string[];
      /** It was damaged: the notes say what was carried over. */
      readonly rescued?: true;
      /** Copies it beside itself, if the last copy is not of today. Absent: it is in memory. */
      readonly backUp?: (now: Instant) => Promise<BackUp>;
    }
  | { readonly ok: false; readonly failure: LedgerFailure };

export type OpenedReader =
  | { readonly ok: true; readonly reader: LedgerReader }
  | { readonly ok: false; readonly failure: LedgerFailure };

/**
 * Opens the ledger of a state directory (created if missing) for writing; the caller holds its lock. A damaged file is moved aside
 * and what can still be read of it is carried over; `at`, the time of the start, names that file.
 *
 * `onReadFailure` is told when a reading method (or `retain`) meets a failing disk or damage; when it
 * returns, that method answers with nothing. Without it such a method throws a `LedgerError`.
 */
export async function openLedger(
  place: { readonly directory: string },
  at: Instant,
  onReadFailure: OnReadFailure = throwFailure,
  within?: Within,
): Promise<OpenedLedger> {
  const sqlite = await loadSqlite();
  if (!sqlite.ok) return { ok: false, failure: { type: 'io', detail: sqlite.detail } };
  const path = ledgerPath(place.directory);
  const opened = openInDirectory(sqlite.open, place.directory, path, at);
  if (!opened.ok) return opened;
  const { database, notes, rescued } = opened;
  const { close, copying } = afterCopies(closing(database));
  const ledger = {
    ...guardReads(createReader(database, sizeOf(path)), onReadFailure),
    ...createWriter(database, within),
    retain: guardRetention(createRetention(database), onReadFailure),
    close,
  };
  return {
    ok: true,
    ledger,
    notes,
    ...(rescued === undefined ? {} : { rescued }),
    backUp: (now) => copying(() => backUpLedger(database, path, now, sqlite)),
  };
}

/**
 * Opens a ledger that is there already for reading, whether or not a daemon is writing it.
 * `onReadFailure` is as in `openLedger`.
 */
export async function openLedgerReader(
  place: { readonly directory: string },
  onReadFailure: OnReadFailure = throwFailure,
): Promise<OpenedReader> {
  const path = ledgerPath(place.directory);
  const failure = unreadable(place.directory, path);
  if (failure !== undefined) return { ok: false, failure };
  const sqlite = await loadSqlite();
  if (!sqlite.ok) return { ok: false, failure: { type: 'io', detail: sqlite.detail } };
  const opened = openReadable(sqlite.open, path);
  if (!opened.ok) return opened;
  const { database } = opened;
  try {
    const reader = createReader(database, sizeOf(path));
    return { ok: true, reader: guardReads(reader, onReadFailure) };
  } catch (error) {
    closeQuietly(database);
    if (sqliteCode(error) === undefined) throw error;
    return { ok: false, failure: failureOf(error) ?? { type: 'damaged', detail: `${path} lacks a table` } };
  }
}

/**
 * Lets a database be closed only when no copy of it is under way: the driver frees what the thread that copies
 * still holds, and both wait for ever. `close` is then done when the copy is.
 */
function afterCopies(close: () => void): {
  readonly close: () => void;
  readonly copying: <Result>(copy: () => Promise<Result>) => Promise<Result>;
} {
  let underWay = 0;
  let isAsked = false;
  return {
    close() {
      isAsked = true;
      if (underWay === 0) close();
    },
    async copying(copy) {
      underWay += 1;
      try {
        return await copy();
      } finally {
        underWay -= 1;
        if (isAsked && underWay === 0) close();
      }
    },
  };
}

/**
 * Closes once, with everything in the main file: a driver may leave that undone for as long as its
 * prepared statements wait for the garbage collector.
 */
function closing(database: Database): () => void {
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (failureOf(error) === undefined) throw error;
    }
    closeQuietly(database);
  };
}

function openInDirectory(open: OpenDatabase, directory: string, path: string, at: Instant): Opened {
  const judged = prepareStateDirectory(directory);
  if (judged !== undefined) return { ok: false, failure: judged };
  const interrupted = finishRescue(path, at);
  if (interrupted !== undefined) return { ok: false, failure: interrupted };
  const prepared = preparePrivateFile(path);
  if (!prepared.ok) return prepared;
  const first = openWritable(open, path, at);
  const opened = first.ok || first.failure.type !== 'damaged' ? first : rescue(open, path, at, first.failure);
  return opened.ok ? { ...opened, notes: [...prepared.notes, ...opened.notes] } : opened;
}

function unreadable(directory: string, path: string): LedgerFailure | undefined {
  try {
    const absent = lstatOf(directory) === undefined;
    const judged = absent ? undefined : judgeStateDirectory(directory);
    if (judged !== undefined) return judged;
    const stats = lstatOf(path);
    if (stats === undefined)
      return {
        type: 'io',
        detail: `there is no ledger at ${path}: nothing has run with this state directory yet`,
      };
    return stats.isFile() ? undefined : { type: 'permission', detail: `${path} is not a regular file` };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return failure;
  }
}

/** What the ledger takes on disk, its write-ahead log included. */
const sizeOf = (path: string) => (): number =>
  [path, ...companions(path).slice(0, 1)].reduce((sum, file) => sum + (lstatOf(file)?.size ?? 0), 0);
