import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Instant } from '../model/time.ts';
import type { LedgerFailure } from './contract.ts';
import { backupPath, removeDatabase, syncDirectory } from './backup.ts';
import { companions, lstatOf, preparePrivateFile } from './directory.ts';
import { failureOf, sqliteCode, transaction } from './failure.ts';
import { closeQuietly, openWritable, type Opened } from './open.ts';
import { unsettledIntents, unsettledStates, versionOf } from './schema.ts';
import type { Database, OpenDatabase, SqlRow } from './sqlite/driver.ts';

/** Damaged files kept beside the ledger; older ones are deleted. */
const damagedKept = 3;

/**
 * Moves a damaged ledger aside (`ledger.db.damaged-TIME`, with its write-ahead log) and puts a new one
 * with everything that could still be read in its place. The new file is complete before the old one is
 * touched, so an interrupted rescue is begun again or finished by the next start.
 */
export function rescue(open: OpenDatabase, path: string, at: Instant, failure: LedgerFailure): Opened {
  try {
    removeDatabase(rescuedPath(path));
    const copied = copyReadable(open, path, at);
    if (!copied.ok) return copied;
    const aside = `${path}.damaged-${stamp(at)}`;
    swap(path, aside);
    const notes = [
      `${path} is damaged (${failure.detail}); it was moved to ${aside}`,
      ...copied.notes,
      ...dropOldDamaged(path),
    ];
    const opened = openWritable(open, path, at);
    return opened.ok ? { ...opened, rescued: true, notes: [...notes, ...opened.notes] } : opened;
  } catch (error) {
    return { ok: false, failure: worldly(error) };
  }
}

/** Finishes the renaming of a rescue that was interrupted after the damaged file had left its place. */
export function finishRescue(path: string, at: Instant): LedgerFailure | undefined {
  try {
    if (lstatOf(path) !== undefined || lstatOf(rescuedPath(path)) === undefined) return undefined;
    swap(path, `${path}.damaged-${stamp(at)}`);
    return undefined;
  } catch (error) {
    return worldly(error);
  }
}

const rescuedPath = (path: string): string => `${path}.rescued`;

function swap(path: string, aside: string): void {
  const damaged = [path, ...companions(path)];
  const moved = [aside, ...companions(aside)];
  for (const [index, file] of damaged.entries()) {
    if (lstatOf(file) !== undefined) renameSync(file, moved[index] ?? aside);
  }
  renameSync(rescuedPath(path), path);
  syncDirectory(path);
}

function copyReadable(open: OpenDatabase, path: string, at: Instant): Opened {
  const target = rescuedPath(path);
  const prepared = preparePrivateFile(target);
  if (!prepared.ok) return prepared;
  const opened = openWritable(open, target, at);
  if (!opened.ok) return opened;
  const source = openDamaged(open, path);
  const backup = lstatOf(backupPath(path)) && openDamaged(open, backupPath(path));
  try {
    const carried: Carried[] = [];
    let fromBackup: readonly Carried[] = [];
    const written = transaction(opened.database, () => {
      if (source !== undefined) {
        carried.push(...tablesIn(source).map((table) => carry(source, opened.database, table)));
      }
      fromBackup = backup === undefined ? [] : fillUp(backup, opened.database, carried);
      repair(opened.database, at);
      if (isEmpty(carried)) neverGoBack(opened.database, at);
    });
    if (!written.ok) return written;
    const notes = notesOn(carried, fromBackup, opened.database);
    // Everything must be in the one file that is renamed.
    opened.database.exec('PRAGMA journal_mode = DELETE');
    return { ...opened, notes };
  } finally {
    closeQuietly(source);
    closeQuietly(backup);
    opened.database.close();
  }
}

function openDamaged(open: OpenDatabase, path: string): Database | undefined {
  try {
    return open(path, { readOnly: true, busyMs: 0 });
  } catch {
    return undefined;
  }
}

const isEmpty = (carried: readonly Carried[]): boolean => carried.every(({ rows }) => rows === 0);

/**
 * What stands alone: an older row of it in the place of a lost one repeats something at worst. Rows of the
 * machines and their journal belong together, and to one moment.
 */
const aloneStanding: ReadonlySet<string> = new Set([
  'marks',
  'memo',
  'alerts',
  'notifications',
  'alert_notifications',
  'decisions',
]);

/** Takes from the backup what the damage took; all of it when nothing could be read. */
function fillUp(backup: Database, target: Database, carried: readonly Carried[]): readonly Carried[] {
  const torn = new Set(carried.filter(({ whole }) => !whole).map(({ table }) => table));
  return tablesIn(backup)
    .filter(({ name }) => isEmpty(carried) || (torn.has(name) && aloneStanding.has(name)))
    .map((table) => carry(backup, target, table));
}

/** Alert ids derive from input numbers, and the backup does not know how many came after it. */
function neverGoBack(database: Database, at: Instant): void {
  database.exec(`UPDATE meta SET value = '${at}' WHERE name = 'nextSeq' AND CAST(value AS INTEGER) < ${at}`);
}

interface Table {
  readonly name: string;
  readonly order: string;
  readonly columns: readonly string[];
}

const tables: readonly Table[] = [
  { name: 'meta', order: 'name', columns: ['name', 'value'] },
  { name: 'marks', order: 'source, stream', columns: ['source', 'stream', 'mark'] },
  { name: 'state', order: 'rowid', columns: ['rowid', 'machine', 'scope', 'key', 'hash', 'value'] },
  { name: 'journal', order: 'seq', columns: ['seq', 'input', 'answers'] },
  { name: 'memo', order: 'rowid', columns: ['rowid', 'name', 'value'] },
  {
    name: 'alerts',
    order: 'rowid',
    columns: ['rowid', 'id', 'rule', 'key', 'severity', 'status', 'first_at', 'last_at', 'raises', 'data'],
  },
  {
    name: 'notifications',
    order: 'rowid',
    columns: ['rowid', 'id', 'receiver', 'channel', 'state', 'created_at', 'due_at', 'data', 'message'],
  },
  { name: 'alert_notifications', order: 'alert, notification', columns: ['alert', 'notification'] },
  { name: 'decisions', order: 'id', columns: ['id', 'alert', 'about', 'data'] },
  {
    name: 'intents',
    order: 'place',
    columns: ['place', 'id', 'rule', 'state', 'created_at', 'data', 'outcome'],
  },
];

/** The tables of version 1, which knew no intents and no answers. */
const firstTables = tables
  .filter(({ name }) => name !== 'intents')
  .map((table) => (table.name === 'journal' ? { ...table, columns: ['seq', 'input'] } : table));

function tablesIn(source: Database): readonly Table[] {
  try {
    return versionOf(source) === 1 ? firstTables : tables;
  } catch {
    return tables;
  }
}

interface Carried {
  readonly table: string;
  readonly rows: number;
  readonly whole: boolean;
}

/** Copies a table from its beginning up to the damage, then from its end back to the damage. */
function carry(source: Database, target: Database, { name, order, columns }: Table): Carried {
  const list = columns.join(', ');
  const places = columns.map(() => '?').join(', ');
  const insert = target.prepare(`INSERT OR IGNORE INTO ${name} (${list}) VALUES (${places})`);
  let rows = 0;
  const take = (row: SqlRow): void => {
    try {
      rows += Number(insert.run(...columns.map((column) => row[column] ?? null)).changes);
    } catch (error) {
      // The schema refuses what the damage has made of a cell; a disk that is full must be told.
      if ((sqliteCode(error) ?? 0) % 256 !== constraint) throw error;
    }
  };
  const query = (direction: string) =>
    `SELECT ${list} FROM ${name} ORDER BY ${order
      .split(', ')
      .map((column) => `${column} ${direction}`)
      .join(', ')}`;
  const whole = readInto(source, query('ASC'), take);
  if (!whole) readInto(source, query('DESC'), take);
  return { table: name, rows, whole };
}

const constraint = 19;

/** False when reading ended at damage. Whatever goes wrong while reading is damage. */
function readInto(source: Database, sql: string, take: (row: SqlRow) => void): boolean {
  let rows: Iterator<SqlRow>;
  try {
    rows = source.prepare(sql).iterate();
  } catch {
    return false;
  }
  for (;;) {
    const row = nextOf(rows);
    if (row === 'damaged') return false;
    if (row === undefined) return true;
    take(row);
  }
}

function nextOf(rows: Iterator<SqlRow>): SqlRow | 'damaged' | undefined {
  try {
    const next = rows.next();
    return next.done === true ? undefined : next.value;
  } catch {
    return 'damaged';
  }
}

/** Links and tallies follow from the rows; and input numbers, which alert ids derive from, never go back. */
function repair(database: Database, at: Instant): void {
  database.exec(`
    INSERT OR IGNORE INTO alert_notifications
      SELECT a.value, n.id FROM notifications n, json_each(n.data, '$.alerts') a WHERE a.type = 'text';
    DELETE FROM tallies;
    INSERT INTO tallies SELECT 'alert ' || status, count(*) FROM alerts GROUP BY status;
    INSERT INTO tallies SELECT 'notification ' || state, count(*) FROM notifications GROUP BY state;
    INSERT OR IGNORE INTO meta VALUES ('nextSeq', '${at}');
    UPDATE meta SET value = (SELECT max(seq) + 1 FROM journal)
      WHERE name = 'nextSeq' AND CAST(value AS INTEGER) <= (SELECT max(seq) FROM journal);
  `);
}

function notesOn(carried: readonly Carried[], fromBackup: readonly Carried[], database: Database): string[] {
  const count = (sql: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.['n']);
  const kept =
    `carried over: ${count('alerts')} alerts, ${count('notifications')} notifications ` +
    `(${count(`notifications WHERE state IN ${unsettledStates}`)} not yet delivered), ` +
    `${count('marks')} reading places, ${count('state')} rows of state, ${count('journal')} inputs, ` +
    `${count(`intents WHERE state IN ${unsettledIntents}`)} intents not yet carried out`;
  if (isEmpty(carried)) {
    return isEmpty(fromBackup)
      ? ['nothing of it could be read: sources and rules start as if new']
      : ['nothing of it could be read; the backup took its place, and what came after it comes again', kept];
  }
  const added = fromBackup.reduce((sum, { rows }) => sum + rows, 0);
  const filled = added === 0 ? [] : [`${added} rows were taken from the backup`];
  const torn = carried.filter(({ whole }) => !whole).map(({ table }) => table);
  if (torn.length === 0) return [kept, ...filled];
  return [kept, `not everything could be read of: ${torn.join(', ')}`, ...filled];
}

function dropOldDamaged(path: string): string[] {
  const directory = dirname(path);
  const prefix = `${basename(path)}.damaged-`;
  const old = readdirSync(directory)
    .filter((name) => name.startsWith(prefix) && name.endsWith('Z'))
    .sort()
    .slice(0, -damagedKept);
  for (const name of old) removeDatabase(join(directory, name));
  return old.map((name) => `deleted ${join(directory, name)}: only the newest ${damagedKept} are kept`);
}

/** `20261120T100006123Z`: sorts by time, and fits every file system. */
const stamp = (at: Instant): string => new Date(at).toISOString().replaceAll(/[-:.]/g, '');

function worldly(error: unknown): LedgerFailure {
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return failure;
}
