import type { Row } from '../model/machine.ts';

/** All rows, of two of one place the later; one without a value says that it is gone. */
export function newestRows(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  if (before.length === 0) return now;
  const rows = new Map([...before, ...now].map((row) => [JSON.stringify([row.scope, row.key]), row]));
  return [...rows.values()];
}
