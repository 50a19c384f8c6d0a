import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Row } from '../model/machine.ts';
import { assert } from '../kit/assert.ts';
import type { Checkpoint, Ledger, Mark, Round } from './contract.ts';
import { transaction } from './failure.ts';
import type { Database } from './sqlite/driver.ts';
import { toText } from './text.ts';

/** Which machine a row of the `state` table belongs to. */
type MachineName = 'engine' | 'alerting';

/** The writing half over an open database, apart from retention. */
export function createWriter(database: Database): Pick<Ledger, 'commit' | 'checkpoint' | 'remember'> {
  const statements = prepareStatements(database);
  return {
    commit: (round) => transaction(database, () => writeRound(statements, round)),
    checkpoint: (checkpoint) => transaction(database, () => writeCheckpoint(statements, checkpoint)),
    remember: (name, value) =>
      transaction(database, () => {
        statements.remember.run(toText(name), JSON.stringify(value));
      }),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function writeRound(statements: Statements, round: Round): void {
  for (const { seq, input } of round.journal) {
    assert(seq < round.nextSeq, `input ${seq} is journalled before it was counted (next ${round.nextSeq})`);
    statements.journal.run(seq, JSON.stringify(input));
  }
  for (const mark of round.marks) writeMark(statements, mark);
  for (const alert of round.alerts) writeAlert(statements, alert);
  for (const notification of round.notifications) writeNotification(statements, notification);
  for (const [id, message] of round.messages) {
    const { changes } = statements.message.run(JSON.stringify(message), id);
    assert(Number(changes) === 1, `message of an unknown notification ${id}`);
  }
  for (const decision of round.decisions) writeDecision(statements, decision);
  writeRows(statements, 'alerting', round.alertingRows);
  statements.meta.run('now', String(round.at));
  statements.advance.run(String(round.nextSeq), round.nextSeq);
}

function writeCheckpoint(statements: Statements, checkpoint: Checkpoint): void {
  writeRows(statements, 'engine', checkpoint.engineRows);
  statements.meta.run('now', String(checkpoint.now));
  statements.meta.run('rules', JSON.stringify([...checkpoint.rules]));
  statements.advance.run(String(checkpoint.nextSeq), checkpoint.nextSeq);
  statements.forget.run(checkpoint.nextSeq);
}

function writeMark(statements: Statements, { source, stream, mark }: Mark): void {
  if (mark === undefined) statements.unmark.run(toText(source), toText(stream));
  else statements.mark.run(toText(source), toText(stream), JSON.stringify(mark));
}

function writeAlert(statements: Statements, alert: Alert): void {
  statements.alert.run(
    alert.id,
    alert.rule,
    JSON.stringify(alert.key),
    alert.severity,
    alert.status,
    alert.firstAt,
    Math.max(alert.lastAt, alert.resolvedAt ?? alert.lastAt),
    alert.raises,
    JSON.stringify(alert),
  );
}

/** A notification of no alert is linked to the alert '', so that retention finds it by that index. */
function writeNotification(statements: Statements, notification: Notification): void {
  const { id, receiver, channel, state, createdAt, dueAt, alerts } = notification;
  const data = JSON.stringify(notification);
  statements.notification.run(id, receiver, channel, state, createdAt, dueAt, data);
  for (const alert of alerts.length === 0 ? [''] : alerts) statements.link.run(alert, id);
}

function writeDecision(statements: Statements, decision: Decision): void {
  const { at, alert, notification, step, text } = decision;
  const named = notification === undefined ? null : toText(notification);
  statements.decision.run(at, toText(alert), named, step, toText(text));
}

function writeRows(statements: Statements, machine: MachineName, rows: readonly Row[]): void {
  for (const { scope, key, hash, value } of rows) {
    if (value === undefined) statements.dropRow.run(machine, toText(scope), toText(key));
    else {
      const version = hash === undefined ? null : toText(hash);
      statements.row.run(machine, toText(scope), toText(key), version, JSON.stringify(value));
    }
  }
}

function prepareStatements(database: Database) {
  const sql = (text: string) => database.prepare(text);
  return {
    journal: sql(`INSERT INTO journal (seq, input) VALUES (?, ?)`),
    forget: sql(`DELETE FROM journal WHERE seq < ?`),
    mark: sql(
      `INSERT INTO marks (source, stream, mark) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark`,
    ),
    unmark: sql(`DELETE FROM marks WHERE source = ? AND stream = ?`),
    alert: sql(
      `INSERT INTO alerts (id, rule, key, severity, status, first_at, last_at, raises, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rule = excluded.rule, key = excluded.key, severity = excluded.severity,
         status = excluded.status, first_at = excluded.first_at, last_at = excluded.last_at,
         raises = excluded.raises, data = excluded.data`,
    ),
    notification: sql(
      `INSERT INTO notifications (id, receiver, channel, state, created_at, due_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET receiver = excluded.receiver, channel = excluded.channel,
         state = excluded.state, created_at = excluded.created_at, due_at = excluded.due_at,
         data = excluded.data`,
    ),
    message: sql(`UPDATE notifications SET message = ? WHERE id = ?`),
    link: sql(`INSERT OR IGNORE INTO alert_notifications (alert, notification) VALUES (?, ?)`),
    decision: sql(`INSERT INTO decisions (at, alert, notification, step, text) VALUES (?, ?, ?, ?, ?)`),
    row: sql(
      `INSERT INTO state (machine, scope, key, hash, value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET hash = excluded.hash, value = excluded.value`,
    ),
    dropRow: sql(`DELETE FROM state WHERE machine = ? AND scope = ? AND key = ?`),
    meta: sql(
      `INSERT INTO meta (name, value) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
    ),
    advance: sql(
      `INSERT INTO meta (name, value) VALUES ('nextSeq', ?)
       ON CONFLICT DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < ?`,
    ),
    remember: sql(
      `INSERT INTO memo (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    ),
  };
}
