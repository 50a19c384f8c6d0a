import type { Instant } from '../model/time.ts';
import type { LedgerFailure } from './contract.ts';
import { failureOf, transaction } from './failure.ts';
import { migrate, refusalOf, schemaVersion, versionOf } from './schema.ts';
import { pagesOf } from './size.ts';
import type { Database, OpenDatabase } from './sqlite/driver.ts';

/** `rescued`: it was damaged, and the notes say what became of it. */
export type Opened =
  | {
      readonly ok: true;
      readonly database: Database;
      readonly notes: readonly string[];
      readonly rescued?: true;
    }
  | { readonly ok: false; readonly failure: LedgerFailure };

/** How long a statement may wait for a reader that recovers the write-ahead log. */
const busyMs = 1000;

/**
 * Opens a ledger file for writing: checks it, brings its schema up to date, and proves by a write that
 * it can be written. `damaged` is answered before anything was changed.
 */
export function openWritable(open: OpenDatabase, path: string, at: Instant): Opened {
  return guarded(
    () => open(path, { readOnly: false, busyMs }),
    (database) => {
      configure(database);
      const failure = refusalOf(versionOf(database), path) ?? damageOf(database, open);
      if (failure !== undefined) return { ok: false, failure };
      const notes = chooseFormat(database, path);
      const written = transaction(database, () => {
        migrate(database);
        database.exec(
          `INSERT INTO meta (name, value) VALUES ('openedAt', '${at}') ON CONFLICT DO UPDATE SET value = excluded.value`,
        );
      });
      return written.ok ? { ok: true, database, notes } : written;
    },
  );
}

/** Opens a ledger file for reading: whatever the writer does, nothing is changed. */
export function openReadable(open: OpenDatabase, path: string): Opened {
  return guarded(
    () => open(path, { readOnly: true, busyMs }),
    (database) => {
      const version = versionOf(database);
      const failure = refusalOf(version, path) ?? olderThanThis(version, path);
      return failure === undefined ? { ok: true, database, notes: [] } : { ok: false, failure };
    },
  );
}

/** Closes the database again unless `use` took it over, and turns the world's errors into a value. */
function guarded(open: () => Database, use: (database: Database) => Opened): Opened {
  let database: Database | undefined;
  let opened: Opened | undefined;
  try {
    database = open();
    opened = use(database);
    return opened;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return { ok: false, failure };
  } finally {
    if (opened?.ok !== true) closeQuietly(database);
  }
}

/** Closes a database that has failed already: what closing adds to that is of no use to anybody. */
export function closeQuietly(database: Database | undefined): void {
  try {
    database?.close();
  } catch {
    return;
  }
}

/** Settings of this connection: none of them touches the file. */
function configure(database: Database): void {
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -8000;
    PRAGMA journal_size_limit = 16777216;
  `);
}

/** Settings that are written into the file. */
function chooseFormat(database: Database, path: string): string[] {
  // Must be chosen before the first table; later it would change nothing but the file's head.
  if (versionOf(database) === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const mode = String(database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
  return mode === 'wal' || path === ':memory:'
    ? []
    : [
        `the file system of ${path} has no shared memory (journal mode ${mode}): readers and the daemon wait for each other`,
      ];
}

/** What is wrong with a ledger that has been written before. */
function damageOf(database: Database, open: OpenDatabase): LedgerFailure | undefined {
  const version = versionOf(database);
  if (version === 0)
    return schemaOf(database).length === 0 ? undefined : damage('its head is not that of a ledger');
  const complaint = quickCheck(database);
  if (complaint !== undefined) return damage(complaint);
  const whole = version < schemaVersion || schemaOf(database).join('\n') === expectedSchema(open);
  return whole ? undefined : damage('its tables are not those of a ledger');
}

/** Above this only what a start needs is checked: a start must not take as long as the file is large. */
const wholeCheckBytes = 512 * 1024 * 1024;

/** `quick_check` reads every page and verifies every CHECK, at about 0.5 GB/s from memory. */
function quickCheck(database: Database): string | undefined {
  const decisive = ['meta', 'marks', 'state', 'journal', 'memo', 'intents'];
  const scopes = pagesOf(database).used > wholeCheckBytes ? decisive : ['1'];
  return scopes
    .map((scope) =>
      String(database.prepare(`PRAGMA quick_check(${scope})`).get()?.['quick_check'] ?? 'no answer'),
    )
    .find((verdict) => verdict !== 'ok');
}

function expectedSchema(open: OpenDatabase): string {
  const database = open(':memory:', { readOnly: false, busyMs });
  try {
    migrate(database);
    return schemaOf(database).join('\n');
  } finally {
    database.close();
  }
}

function schemaOf(database: Database): readonly string[] {
  const rows = database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .all();
  return rows.map((row) => JSON.stringify([row['type'], row['name'], row['tbl_name'], row['sql']]));
}

const damage = (detail: string): LedgerFailure => ({ type: 'damaged', detail });

function olderThanThis(version: number, path: string): LedgerFailure | undefined {
  if (version === schemaVersion) return undefined;
  const detail =
    version === 0
      ? `${path} holds nothing yet`
      : `${path} was written by an older Bird Sentinel (schema ${version}); the daemon brings it up to date when it starts`;
  return { type: 'io', detail };
}
