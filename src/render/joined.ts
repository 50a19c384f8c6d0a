import type { Alert, Notification } from '../model/alert.ts';
import { latest, type Instant } from '../model/time.ts';

const MOST_TITLES = 5;

/** How many alerts a notification tells of: those it lists, or more. */
export const alertsTold = ({ alerts, total }: Notification, listed: readonly Alert[]): number =>
  Math.max(listed.length, alerts.length, total ?? 0);

/** From the first raise to the last of several alerts; at least one. */
export function spanOf(alerts: readonly Alert[]): readonly [Instant, Instant] {
  const first = alerts.map((alert) => alert.firstAt).reduce((a, b) => (a < b ? a : b));
  return [first, alerts.map((alert) => alert.lastAt).reduce(latest)];
}

/**
 * The most common titles with how often: `7 × disk full`, and at last how many there are without a
 * title: `and 39950 more`. The numbers add up to `total`.
 */
export function mostCommon(titles: readonly string[], total: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  // Equal counts stay in the order of their first title.
  const ordered = [...counts].toSorted(([, a], [, b]) => b - a);
  const shown = ordered.slice(0, MOST_TITLES).map(([title, count]) => `${count} × ${title}`);
  const rest = ordered.slice(MOST_TITLES).reduce((sum, [, count]) => sum + count, 0);
  const others = rest === 0 ? [] : [`${rest} × other titles`];
  const unlisted = total - titles.length;
  return [...shown, ...others, ...(unlisted > 0 ? [`and ${unlisted} more`] : [])];
}
