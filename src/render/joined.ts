import type { Alert } from '../model/alert.ts';
import { earliest, latest, type Instant } from '../model/time.ts';

/** An alert with the title it would have had alone. */
export interface Titled {
  readonly alert: Alert;
  readonly title: string;
}

const MOST_TITLES = 5;

/** `12 alerts of 3 rules`. */
export function joinedTitle(titled: readonly Titled[]): string {
  const rules = new Set(titled.map(({ alert }) => alert.rule)).size;
  return `${titled.length} alerts of ${rules === 1 ? '1 rule' : `${rules} rules`}`;
}

/** When, then the most common titles with how often; the counts add up to the number of alerts. */
export function joinedBody(titled: readonly Titled[], time: (at: Instant) => string): string {
  const first = titled.map(({ alert }) => alert.firstAt).reduce((a, b) => earliest(a, b) ?? b);
  const last = titled.map(({ alert }) => alert.lastAt).reduce(latest);
  const counts = countTitles(titled);
  const shown = counts.slice(0, MOST_TITLES).map(([title, count]) => `${count} × ${title}`);
  const rest = counts.slice(MOST_TITLES).reduce((sum, [, count]) => sum + count, 0);
  return [
    `first ${time(first)}, last ${time(last)}`,
    ...shown,
    ...(rest === 0 ? [] : [`${rest} × other titles`]),
  ].join('\n');
}

/** Titles with their counts, most common first, else in the order of their first alert. */
function countTitles(titled: readonly Titled[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { title } of titled) counts.set(title, (counts.get(title) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
