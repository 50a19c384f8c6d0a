import type { Instant } from '../model/time.ts';
import { zoneOffset } from '../parse/timestamp.ts';

const DAY = 86_400_000;

/** `10:00:06` in the zone, or `2026-11-20 10:00:06` when it is not the day of `now`. */
export function clockTime(at: Instant, now: Instant, zone: string): string {
  const wall = at + zoneOffset(at, zone);
  const today = now + zoneOffset(now, zone);
  const text = iso(wall);
  const time = text.slice(11, 19);
  return Math.floor(wall / DAY) === Math.floor(today / DAY) ? time : `${text.slice(0, 10)} ${time}`;
}

/** RFC 3339 in UTC with milliseconds: `2026-11-20T09:00:06.000Z`. */
export const timestamp = (at: Instant): string => iso(at);

// Only reads an instant that was given.
function iso(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'unknown time';
}
