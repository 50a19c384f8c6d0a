import type { Decision } from '../model/alert.ts';
import type { Statement } from './sqlite/driver.ts';
import { toText } from './text.ts';

/** A row holds decisions on one alert, in the order in which they were made. */
export const decisionsSql = `INSERT INTO decisions (alert, about, data) VALUES (?, ?, ?)`;

/** Writes a row of decisions on the same alert, or on the same notification of no alert (`about`). */
export function insertDecisions(insert: Statement, decisions: readonly Decision[]): void {
  const [first] = decisions;
  if (first === undefined) return;
  const { alert, notification } = first;
  const about = alert === '' && notification !== undefined ? toText(notification) : null;
  insert.run(toText(alert), about, JSON.stringify(decisions));
}
