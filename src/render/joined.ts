import type { Alert } from '../model/alert.ts';
import { latest, type Instant } from '../model/time.ts';

const MOST_TITLES = 5;

/** From the first raise to the last of several alerts; at least one. */
export function spanOf(alerts: readonly Alert[]): readonly [Instant, Instant] {
  const first = alerts.map((alert) => alert.firstAt).reduce((a, b) => (a < b ? a : b));
  return [first, alerts.map((alert) => alert.lastAt).reduce(latest)];
}

/** The most common titles with how often: `7 × disk full`. The numbers add up to all titles. */
export function mostCommon(titles: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  // Equal counts stay in the order of their first title.
  const ordered = [...counts].toSorted(([, a], [, b]) => b - a);
  const shown = ordered.slice(0, MOST_TITLES).map(([title, count]) => `${count} × ${title}`);
  const rest = ordered.slice(MOST_TITLES).reduce((sum, [, count]) => sum + count, 0);
  return rest === 0 ? shown : [...shown, `${rest} × other titles`];
}
