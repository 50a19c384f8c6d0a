import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import { instant, type Instant } from '../model/time.ts';
import type {
  AlertFilter,
  IntentRow,
  JournalEntry,
  LedgerCounts,
  LedgerReader,
  Recalled,
  Restored,
} from './contract.ts';
import { failureOf, LedgerError } from './failure.ts';
import { unsettledIntents, unsettledStates } from './schema.ts';
import type { Database, SqlRow, Statement } from './sqlite/driver.ts';
import { fromText, toText } from './text.ts';

/** A reader that throws whatever the driver throws; `restore` is made of `recall`. */
export type RawReader = Omit<LedgerReader, 'restore'>;

/**
 * The reading half over an open database; `bytes` tells what the ledger takes on disk. Alerts are listed
 * by the last thing that happened to them, a raise or the resolution, newest first.
 */
export function createReader(database: Database, bytes: () => number): RawReader {
  const queries = prepareQueries(database);
  return {
    alerts: (filter) => queries.alerts(filter).map(dataOf<Alert>),
    countAlerts: (filter) => Number(queries.countAlerts(filter)?.['n'] ?? 0),
    findAlerts: (prefix) =>
      queries.byPrefix
        .all(prefix)
        .map(dataOf<Alert>)
        .filter(({ id }) => id.startsWith(prefix)),
    openAlerts: () => queries.open.all().map((row) => ({ id: text(row, 'id'), rule: text(row, 'rule') })),
    notificationsOf: (alert) => queries.notificationsOf.all(alert).map(dataOf<Notification>),
    decisionsOf: (alert) => decisionsOf(queries, alert),
    message(notification) {
      const message = queries.message.get(notification)?.['message'];
      return typeof message === 'string' ? parsed<Message>(message) : undefined;
    },
    unsettled: (limit) => queries.unsettled.all(limit).map(dataOf<Notification>),
    countUnsettled: () => Number(queries.countUnsettled.get()?.['n'] ?? 0),
    intents: ({ rule, limit }) =>
      (rule === undefined ? queries.intents.all(limit) : queries.intentsOf.all(toText(rule), limit)).map(
        intentOf,
      ),
    lastSent: (channels) => sentAt(queries, queries.lastSent.get(JSON.stringify(channels))),
    counts: () => countsOf(queries.tallies.all(), bytes()),
    recall: () => recallBy(database, queries),
    marks: () => marksOf(queries.marks.all()),
    memo(name) {
      const value = queries.memo.get(toText(name))?.['value'];
      return typeof value === 'string' ? parsed<Json>(value) : undefined;
    },
    close: () => database.close(),
  };
}

type Queries = ReturnType<typeof prepareQueries>;

function prepareQueries(database: Database) {
  const filtered = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const statement = filtered.get(sql) ?? database.prepare(sql);
    filtered.set(sql, statement);
    return statement;
  };
  return {
    alerts: (filter: AlertFilter): SqlRow[] =>
      prepared(`SELECT data ${chosen(filter)} ORDER BY last_at DESC, rowid DESC LIMIT ?`).all(
        ...choice(filter),
        filter.limit,
      ),
    countAlerts: (filter: Choice): SqlRow | undefined =>
      prepared(`SELECT count(*) AS n ${chosen(filter)}`).get(...choice(filter)),
    // An upper bound makes it a short range of the index; U+10FFFF sorts after all that an id may hold.
    byPrefix: database.prepare(
      `SELECT data FROM alerts WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT 20`,
    ),
    notificationsOf: database.prepare(
      `SELECT n.data FROM alert_notifications l JOIN notifications n ON n.id = l.notification
       WHERE l.alert = ? ORDER BY n.created_at, n.rowid`,
    ),
    decisionsOf: database.prepare(`SELECT data FROM decisions WHERE alert = ? ORDER BY id`),
    message: database.prepare(`SELECT message FROM notifications WHERE id = ?`),
    unsettled: database.prepare(
      `SELECT data FROM notifications WHERE state IN ${unsettledStates} ORDER BY created_at, rowid LIMIT ?`,
    ),
    countUnsettled: database.prepare(
      `SELECT count(*) AS n FROM notifications WHERE state IN ${unsettledStates}`,
    ),
    open: database.prepare(`SELECT id, rule FROM alerts WHERE status = 'open' ORDER BY last_at, rowid`),
    lastSent: database.prepare(
      `SELECT data FROM notifications WHERE state = 'sent' AND channel IN (SELECT value FROM json_each(?))
       ORDER BY due_at DESC LIMIT 1`,
    ),
    tallies: database.prepare(`SELECT name, n FROM tallies WHERE n > 0`),
    memo: database.prepare(`SELECT value FROM memo WHERE name = ?`),
    meta: database.prepare(`SELECT name, value FROM meta`),
    state: database.prepare(`SELECT scope, key, hash, value FROM state WHERE machine = ? ORDER BY rowid`),
    journal: database.prepare(`SELECT seq, input, answers FROM journal ORDER BY seq`),
    unsettledIntents: database.prepare(
      `SELECT * FROM intents WHERE state IN ${unsettledIntents} ORDER BY place`,
    ),
    intents: database.prepare(`SELECT * FROM intents ORDER BY place DESC LIMIT ?`),
    intentsOf: database.prepare(`SELECT * FROM intents WHERE rule = ? ORDER BY place DESC LIMIT ?`),
    marks: database.prepare(`SELECT source, stream, mark FROM marks`),
  };
}

const decisionsOf = (queries: Queries, alert: string): readonly Decision[] =>
  queries.decisionsOf.all(toText(alert)).flatMap(dataOf<Decision[]>);

/** A notification does not say when it was sent, its alert's decisions do, unless they were trimmed. */
function sentAt(queries: Queries, row: SqlRow | undefined): Instant | undefined {
  if (row === undefined) return undefined;
  const { id, alerts, dueAt } = dataOf<Notification>(row);
  const sent = decisionsOf(queries, alerts[0] ?? '').findLast(
    ({ notification, step }) => notification === id && step === 'sent',
  );
  return sent?.at ?? dueAt;
}

type Choice = Omit<AlertFilter, 'limit'>;

/** Where alerts are and which of them; `choice` gives the values of its parameters. */
function chosen({ rule, status }: Choice): string {
  const ofRule = rule === undefined ? '' : 'AND rule = ?';
  const ofStatus = status === undefined ? '' : `AND status = '${status}'`;
  return `FROM alerts WHERE last_at >= ? ${ofRule} ${ofStatus}`;
}

const choice = ({ since = instant(Number.MIN_SAFE_INTEGER), rule }: Choice): readonly (number | string)[] =>
  rule === undefined ? [since] : [since, rule];

/** Reads several tables as they were at one moment, whatever a writer does meanwhile. */
function snapshot<T>(database: Database, read: () => T): T {
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    endReading(database);
  }
}

function endReading(database: Database): void {
  // A disk that has failed the read may fail this too; the read's own failure is the one to tell.
  try {
    if (database.isTransaction) database.exec('COMMIT');
  } catch {
    return;
  }
}

function recallBy(database: Database, queries: Queries): Recalled {
  try {
    return { ok: true, restored: snapshot(database, () => restoredBy(queries)) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return { ok: false, failure };
  }
}

function restoredBy(queries: Queries): Restored {
  const meta = new Map(queries.meta.all().map((row) => [text(row, 'name'), text(row, 'value')]));
  return {
    nextSeq: parsed<number>(meta.get('nextSeq') ?? '0'),
    now: instant(parsed<number>(meta.get('now') ?? '0')),
    rules: new Map(parsed<[string, string][]>(meta.get('rules') ?? '[]')),
    engineRows: queries.state.all('engine').map(rowOf),
    alertingRows: queries.state.all('alerting').map(rowOf),
    journal: queries.journal.all().map(entryOf),
    intents: queries.unsettledIntents.all().map(intentOf),
    marks: marksOf(queries.marks.all()),
  };
}

function entryOf(row: SqlRow): JournalEntry {
  const answers = row['answers'];
  return {
    seq: Number(row['seq']),
    input: parsed<Json>(text(row, 'input')),
    ...(typeof answers === 'string' && { answers: parsed<Json[]>(answers) }),
  };
}

function intentOf(row: SqlRow): IntentRow {
  const outcome = row['outcome'];
  return {
    ...parsed<Pick<IntentRow, 'rule' | 'action' | 'desc' | 'intent'>>(text(row, 'data')),
    id: fromText(text(row, 'id')),
    state: text(row, 'state') as IntentRow['state'], // only the writer writes it
    createdAt: instant(Number(row['created_at'])),
    ...(typeof outcome === 'string' && { outcome: fromText(outcome) }),
  };
}

function rowOf(row: SqlRow): Row {
  const hash = row['hash'];
  return {
    scope: fromText(text(row, 'scope')),
    key: fromText(text(row, 'key')),
    ...(typeof hash === 'string' && { hash: fromText(hash) }),
    value: parsed<Json>(text(row, 'value')),
  };
}

function marksOf(rows: readonly SqlRow[]): Map<string, Map<string, Json>> {
  const marks = new Map<string, Map<string, Json>>();
  for (const row of rows) {
    const source = fromText(text(row, 'source'));
    const streams = marks.get(source) ?? new Map<string, Json>();
    marks.set(source, streams.set(fromText(text(row, 'stream')), parsed<Json>(text(row, 'mark'))));
  }
  return marks;
}

function countsOf(tallies: readonly SqlRow[], bytes: number): LedgerCounts {
  const count = new Map(tallies.map((row) => [text(row, 'name'), Number(row['n'])]));
  const open = count.get('alert open') ?? 0;
  const states = [...count].filter(([name]) => name.startsWith('notification '));
  return {
    alerts: open + (count.get('alert resolved') ?? 0),
    openAlerts: open,
    byState: Object.fromEntries(states.map(([name, n]) => [name.slice('notification '.length), n])),
    bytes,
  };
}

const text = (row: SqlRow, column: string): string => String(row[column]);

const dataOf = <T>(row: SqlRow): T => parsed<T>(text(row, 'data'));

/** JSON of a column that only this room writes, as the type that was written there. */
export function parsed<T>(json: string): T {
  try {
    return JSON.parse(json) as T; // the schema's CHECK and quick_check at opening vouch for the rest
  } catch {
    throw new LedgerError({ type: 'damaged', detail: 'a cell of the ledger is no JSON any more' });
  }
}
