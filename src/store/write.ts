import type { Decision } from '../model/alert.ts';
import type { Row } from '../model/machine.ts';
import { assert } from '../kit/assert.ts';
import type { Checkpoint, IntentRow, Ledger, Mark, Round } from './contract.ts';
import { decisionsSql, insertDecisions } from './decisions.ts';
import { transaction } from './failure.ts';
import type { Database } from './sqlite/driver.ts';
import { toText } from './text.ts';
import { createIntentWriter, type IntentWriter } from './write-intents.ts';
import { createOutcomeWriter, type OutcomeWriter } from './write-outcome.ts';

/** Which machine a row of the `state` table belongs to. */
type MachineName = 'engine' | 'alerting';

/** Called in the middle of a transaction, so that a test can end the process there. */
export type Within = (step: 'during-commit' | 'during-checkpoint') => void;

/** The writing half over an open database, apart from retention. */
export function createWriter(
  database: Database,
  within: Within = () => undefined,
): Pick<Ledger, 'commit' | 'checkpoint' | 'remember'> {
  const statements = prepareStatements(database);
  const outcome = createOutcomeWriter(database);
  const intents = createIntentWriter(database);
  return {
    commit(round) {
      let kept = false;
      try {
        const written = transaction(database, () => writeRound(statements, outcome, intents, round, within));
        kept = written.ok;
        return written;
      } finally {
        if (!kept) {
          outcome.forget();
          intents.forget();
        }
      }
    },
    checkpoint: (checkpoint) => transaction(database, () => writeCheckpoint(statements, checkpoint, within)),
    remember: (name, value) =>
      transaction(database, () => {
        writeMemo(statements, { name, value });
      }),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function writeRound(
  statements: Statements,
  outcome: OutcomeWriter,
  intents: IntentWriter,
  round: Round,
  within: Within,
): void {
  for (const { seq, input, answers } of round.journal) {
    assert(seq < round.nextSeq, `input ${seq} is journalled before it was counted (next ${round.nextSeq})`);
    statements.journal.run(
      seq,
      JSON.stringify(input),
      answers === undefined ? null : JSON.stringify(answers),
    );
  }
  writeIntents(intents, round.intents ?? []);
  for (const mark of round.marks) writeMark(statements, mark);
  within('during-commit');
  writeOutcome(outcome, round);
  writeDecisions(statements, round.decisions);
  writeRows(statements, 'alerting', round.alertingRows);
  statements.meta.run('now', String(round.at));
  statements.advance.run(String(round.nextSeq), round.nextSeq);
}

function writeIntents(intents: IntentWriter, rows: readonly IntentRow[]): void {
  if (rows.length === 0) return;
  for (const row of rows) intents.write(row);
  intents.trim();
}

function writeOutcome(outcome: OutcomeWriter, { alerts, notifications, messages }: Round): void {
  for (const alert of alerts) outcome.alert(alert);
  const written = new Set<string>();
  for (const notification of notifications) {
    outcome.notification(notification, messages.get(notification.id));
    written.add(notification.id);
  }
  for (const [id, message] of messages) {
    assert(written.has(id) || outcome.message(id, message), `message of an unknown notification ${id}`);
  }
  outcome.writeTallies();
}

function writeCheckpoint(statements: Statements, checkpoint: Checkpoint, within: Within): void {
  writeRows(statements, 'engine', checkpoint.engineRows);
  within('during-checkpoint');
  statements.meta.run('now', String(checkpoint.now));
  statements.meta.run('rules', JSON.stringify([...checkpoint.rules]));
  if (checkpoint.memo !== undefined) writeMemo(statements, checkpoint.memo);
  statements.advance.run(String(checkpoint.nextSeq), checkpoint.nextSeq);
  statements.forget.run(checkpoint.nextSeq);
}

function writeMemo(statements: Statements, { name, value }: NonNullable<Checkpoint['memo']>): void {
  statements.remember.run(toText(name), JSON.stringify(value));
}

function writeMark(statements: Statements, { source, stream, mark }: Mark): void {
  if (mark === undefined) statements.unmark.run(toText(source), toText(stream));
  else statements.mark.run(toText(source), toText(stream), JSON.stringify(mark));
}

/** One row for what a round decided on an alert, or on a message of none. */
function writeDecisions(statements: Statements, decisions: readonly Decision[]): void {
  const rows = new Map<string, Decision[]>();
  for (const decision of decisions) {
    const key = decision.alert === '' ? ` ${decision.notification ?? ''}` : decision.alert;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [decision]);
    else row.push(decision);
  }
  for (const row of rows.values()) insertDecisions(statements.decisions, row);
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
    journal: sql(`INSERT INTO journal (seq, input, answers) VALUES (?, ?, ?)`),
    forget: sql(`DELETE FROM journal WHERE seq < ?`),
    mark: sql(
      `INSERT INTO marks (source, stream, mark) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark`,
    ),
    unmark: sql(`DELETE FROM marks WHERE source = ? AND stream = ?`),
    decisions: database.prepare(decisionsSql),
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
