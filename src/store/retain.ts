import type { Decision } from '../model/alert.ts';
import { instant, type Instant } from '../model/time.ts';
import type { Ledger } from './contract.ts';
import { decisionsSql, insertDecisions } from './decisions.ts';
import { transaction } from './failure.ts';
import { parsed } from './read.ts';
import { unsettledIntents, unsettledStates } from './schema.ts';
import { pagesOf } from './size.ts';
import type { Database, SqlRow, Statement } from './sqlite/driver.ts';

/** Alerts looked at per transaction, and transactions per phase: a call must not hold up the loop. */
const batchSize = 100;
const batchesPerPhase = 5;

/** Decisions kept of an alert that is raised or told again over and over: the first and the newest. */
const firstDecisions = 100;
const newestDecisions = 400;
/** Rounds that decided something on an open alert, before its decisions are counted. */
const fewRounds = 100;
const loudAlertsPerCall = 50;

/** Notifications kept of an open alert, with their messages: the first and the newest. */
const firstNotifications = 50;
const newestNotifications = 200;
const notificationsPerCall = 500;

/** Most pages given back to the file system per call: 8 MiB. */
const pagesGivenBack = 2048;

const endOfTime = instant(Number.MAX_SAFE_INTEGER);

/**
 * Retention: first by age, then, while the ledger is too large, the oldest whatever their age except
 * undelivered ones. A call is bounded (five hundred alerts or notifications for each reason), so while `deleted` is
 * not 0 there may be more to do. A failure of the disk ends a call early; the next one goes on.
 */
export function createRetention(database: Database): Pick<Ledger, 'retain'> {
  const statements = prepareStatements(database);
  return {
    retain({ before, maxBytes }) {
      trimLoudAlerts(database, statements);
      const tooLarge = () => pagesOf(database).used > maxBytes;
      const deleted =
        trimRepeats(database, statements) +
        sweep(database, statements, statements.aged, before, () => true) +
        sweepIntents(database, statements, before, () => true) +
        sweepIntents(database, statements, endOfTime, tooLarge) +
        sweep(database, statements, statements.forced, endOfTime, tooLarge);
      giveBack(database, maxBytes);
      return { deleted };
    },
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** What one reason lets go, oldest first: alerts, and notifications of no alert. */
interface Reason {
  readonly alerts: Statement;
  readonly alertless: Statement;
}

function sweep(
  database: Database,
  statements: Statements,
  reason: Reason,
  before: Instant,
  wanted: () => boolean,
): number {
  let deleted = 0;
  let cursor: readonly [number, number] = [Number.MIN_SAFE_INTEGER, 0];
  for (let batch = 0; batch < batchesPerPhase && wanted(); batch += 1) {
    const alerts = reason.alerts.all(...cursor, before, batchSize);
    const alertless = reason.alertless.all(before, batchSize);
    if (alerts.length + alertless.length === 0) break;
    const written = transaction(database, () => {
      for (const { id } of alerts) deleteAlert(statements, String(id));
      for (const { id } of alertless) deleteAlertless(statements, String(id));
    });
    if (!written.ok) break;
    deleted += alerts.length + alertless.length;
    cursor = cursorAfter(alerts) ?? cursor;
  }
  return deleted;
}

/** Settled intents are rows of their own: nothing hangs on them. */
function sweepIntents(
  database: Database,
  statements: Statements,
  before: Instant,
  wanted: () => boolean,
): number {
  let deleted = 0;
  for (let batch = 0; batch < batchesPerPhase && wanted(); batch += 1) {
    let inBatch = 0;
    const written = transaction(database, () => {
      inBatch = Number(statements.dropIntents.run(before, batchSize).changes);
    });
    if (!written.ok || inBatch === 0) break;
    deleted += inBatch;
  }
  return deleted;
}

/** The next batch begins after these, so that the undeletable in front are passed over only once. */
function cursorAfter(alerts: readonly SqlRow[]): readonly [number, number] | undefined {
  const last = alerts.at(-1);
  return last && [Number(last['last_at']), Number(last['place'])];
}

function deleteAlert(statements: Statements, id: string): void {
  const linked = statements.linked.all(id);
  statements.unlink.run(id);
  for (const { notification } of linked) statements.dropUnlinked.run(String(notification));
  statements.dropDecisions.run(id);
  statements.dropAlert.run(id);
}

function deleteAlertless(statements: Statements, id: string): void {
  statements.unlinkAlertless.run(id);
  statements.dropUnlinked.run(id);
  statements.dropDecisionsAbout.run(id);
}

/** An alert that stays open for months must not grow the ledger without end. */
function trimLoudAlerts(database: Database, statements: Statements): void {
  transaction(database, () => {
    const most = firstDecisions + newestDecisions;
    for (const { id } of statements.loud.all(fewRounds, most, loudAlertsPerCall)) {
      trimDecisions(statements, String(id));
    }
  });
}

function trimDecisions(statements: Statements, alert: string): void {
  const decisions = statements.decisionsOf.all(alert).flatMap(({ data }) => parsed<Decision[]>(String(data)));
  statements.dropDecisions.run(alert);
  insertDecisions(statements.addDecisions, decisions.slice(0, firstDecisions));
  insertDecisions(statements.addDecisions, decisions.slice(-newestDecisions));
}

/** One that nobody acknowledges is told again for months: what lies between the first and the newest goes. */
function trimRepeats(database: Database, statements: Statements): number {
  let deleted = 0;
  const written = transaction(database, () => {
    const most = firstNotifications + newestNotifications;
    let left = notificationsPerCall;
    for (const { id, listed } of statements.repeated.all(most, loudAlertsPerCall)) {
      const count = Math.min(left, Number(listed) - most);
      left -= count;
      deleted += trimNotifications(statements, String(id), count);
    }
  });
  return written.ok ? deleted : 0;
}

function trimNotifications(statements: Statements, alert: string, count: number): number {
  let deleted = 0;
  for (const { id } of statements.notificationsOf.all(alert, count, firstNotifications)) {
    deleted += Number(statements.unlinkSettled.run(alert, String(id)).changes);
    statements.dropUnlinked.run(String(id));
  }
  return deleted;
}

/** Returns free pages to the file system; worth the writing only when they are many or space is short. */
function giveBack(database: Database, maxBytes: number): void {
  const { used, free } = pagesOf(database);
  if (free === 0 || (free < 1024 * 1024 && used + free <= maxBytes)) return;
  const written = transaction(database, () => database.exec(`PRAGMA incremental_vacuum(${pagesGivenBack})`));
  // Only a checkpoint shortens the file itself; PASSIVE never waits for a reader.
  if (written.ok) database.exec('PRAGMA wal_checkpoint(PASSIVE)');
}

function prepareStatements(database: Database) {
  const sql = (text: string) => database.prepare(text);
  // An alert's words may travel in a notification that carries others and does not list this alert, so
  // the way goes on from each notification to the one it went on by.
  const reason = (protectedStates: string): Reason => ({
    alerts: sql(
      `SELECT id, last_at, rowid AS place FROM alerts
       WHERE (last_at, rowid) > (?, ?) AND last_at < ? AND status = 'resolved' AND NOT EXISTS (
         WITH RECURSIVE way (id) AS (
           SELECT notification FROM alert_notifications WHERE alert = alerts.id
           UNION SELECT n.data ->> 'by' FROM way JOIN notifications n ON n.id = way.id)
         SELECT 1 FROM way JOIN notifications n ON n.id = way.id WHERE n.state IN ${protectedStates})
       ORDER BY last_at, rowid LIMIT ?`,
    ),
    alertless: sql(
      `SELECT n.id FROM alert_notifications l JOIN notifications n ON n.id = l.notification
       WHERE l.alert = '' AND n.created_at < ? AND n.state NOT IN ${protectedStates}
       ORDER BY n.created_at LIMIT ?`,
    ),
  });
  return {
    aged: reason(unsettledStates),
    forced: reason(unsettledStates.replace(')', `, 'dead')`)),
    linked: sql(`SELECT notification FROM alert_notifications WHERE alert = ?`),
    unlink: sql(`DELETE FROM alert_notifications WHERE alert = ?`),
    unlinkAlertless: sql(`DELETE FROM alert_notifications WHERE alert = '' AND notification = ?`),
    dropUnlinked: sql(
      `DELETE FROM notifications WHERE id = ?1
       AND NOT EXISTS (
         SELECT 1 FROM json_each(notifications.data, '$.alerts') a
         JOIN alert_notifications l ON l.alert = a.value AND l.notification = ?1)`,
    ),
    dropDecisions: sql(`DELETE FROM decisions WHERE alert = ?`),
    dropDecisionsAbout: sql(`DELETE FROM decisions WHERE alert = '' AND about = ?`),
    decisionsOf: sql(`SELECT data FROM decisions WHERE alert = ? ORDER BY id`),
    addDecisions: sql(decisionsSql),
    dropAlert: sql(`DELETE FROM alerts WHERE id = ?`),
    dropIntents: sql(
      `DELETE FROM intents WHERE place IN (
         SELECT place FROM intents WHERE state NOT IN ${unsettledIntents} AND created_at < ?
         ORDER BY created_at LIMIT ?)`,
    ),
    loud: sql(
      `SELECT id FROM (
         SELECT id FROM alerts WHERE raises > 250
         UNION SELECT id FROM alerts a WHERE status = 'open'
           AND (SELECT count(*) FROM decisions d WHERE d.alert = a.id) > ?) a
       WHERE (SELECT sum(json_array_length(data)) FROM decisions d WHERE d.alert = a.id) > ? LIMIT ?`,
    ),
    repeated: sql(
      `SELECT id, listed FROM (
         SELECT id, (SELECT count(*) FROM alert_notifications l WHERE l.alert = a.id) AS listed
         FROM alerts a WHERE status = 'open')
       WHERE listed > ? LIMIT ?`,
    ),
    notificationsOf: sql(
      `SELECT n.id FROM alert_notifications l JOIN notifications n ON n.id = l.notification
       WHERE l.alert = ? ORDER BY n.created_at, n.rowid LIMIT ? OFFSET ?`,
    ),
    // What went on inside another one stays as long as that is under way.
    unlinkSettled: sql(
      `DELETE FROM alert_notifications WHERE alert = ? AND notification = ? AND NOT EXISTS (
         WITH RECURSIVE way (id) AS (
           SELECT alert_notifications.notification
           UNION SELECT n.data ->> 'by' FROM way JOIN notifications n ON n.id = way.id)
         SELECT 1 FROM way JOIN notifications n ON n.id = way.id WHERE n.state IN ${unsettledStates})`,
    ),
  };
}
