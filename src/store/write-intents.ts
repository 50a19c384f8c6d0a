import type { IntentRow } from './contract.ts';
import { unsettledIntents } from './schema.ts';
import type { Database } from './sqlite/driver.ts';
import { toText } from './text.ts';

/** Settled intents kept to be looked at; a rule that writes each line must not fill the disk with them. */
export const settledKept = 10_000;

/** Settled intents beyond that are deleted so many at a time. */
const deletedAtOnce = 1000;

/** Writes intents and lets the oldest settled ones go. */
export interface IntentWriter {
  write(row: IntentRow): void;
  /** At the end of a transaction that wrote any. */
  trim(): void;
  /** After a transaction that failed: nothing of it was written. */
  forget(): void;
}

/** A writer of intents; what never changes of one is written once. */
export function createIntentWriter(database: Database): IntentWriter {
  const statements = prepareStatements(database);
  /** Settled ones in the table; undefined: not counted yet. */
  let settled: number | undefined;

  const add = ({ id, rule, state, createdAt, outcome, action, desc, intent }: IntentRow): void => {
    const data = JSON.stringify({ rule, action, desc, intent });
    const end = outcome === undefined ? null : toText(outcome);
    statements.add.run(toText(id), toText(rule), state, createdAt, data, end);
  };

  return {
    write(row) {
      const { id, state, outcome } = row;
      const end = outcome === undefined ? null : toText(outcome);
      const isKnown = Number(statements.change.run(state, end, toText(id)).changes) === 1;
      if (!isKnown) add(row);
      if (settled !== undefined && (state === 'done' || state === 'unknown')) settled += 1;
    },
    trim() {
      settled ??= Number(statements.count.get()?.['n'] ?? 0);
      if (settled < settledKept + deletedAtOnce) return;
      statements.deleteOldest.run(deletedAtOnce);
      settled = Number(statements.count.get()?.['n'] ?? 0);
    },
    forget: () => void (settled = undefined),
  };
}

function prepareStatements(database: Database) {
  const sql = (text: string) => database.prepare(text);
  return {
    add: sql(`INSERT INTO intents (id, rule, state, created_at, data, outcome) VALUES (?, ?, ?, ?, ?, ?)`),
    change: sql(`UPDATE intents SET state = ?, outcome = ? WHERE id = ?`),
    count: sql(`SELECT count(*) AS n FROM intents WHERE state NOT IN ${unsettledIntents}`),
    deleteOldest: sql(
      `DELETE FROM intents WHERE place IN (
         SELECT place FROM intents WHERE state NOT IN ${unsettledIntents} ORDER BY created_at, place LIMIT ?)`,
    ),
  };
}
