import { instant, type Instant } from '../model/time.ts';
import { instantInZone, zoneOffset } from '../parse/timestamp.ts';
import type { DailyTime, QuietHours } from './contract.ts';

const DAY = 86_400_000;
/** Of a time that clocks show twice, the first is meant. */
const FIRST = instant(0);

/** The first instant after `after` at which clocks in the zone show this time of day. */
export function nextDaily({ at, zone }: DailyTime, after: Instant): Instant {
  const today = dayOf(after, zone);
  for (let day = -1; day <= 2; day += 1) {
    const time = instantInZone(today + day * DAY + at, zone, FIRST);
    if (time > after) return time;
  }
  return instant(after + DAY);
}

/** When quiet hours end that last now; undefined: none do. They begin at `from` and are over at `to`. */
export function quietUntil({ from, to, zone }: QuietHours, now: Instant): Instant | undefined {
  const today = dayOf(now, zone);
  const over = to > from ? 0 : DAY;
  for (let day = -2; day <= 1; day += 1) {
    const begins = instantInZone(today + day * DAY + from, zone, FIRST);
    const ends = instantInZone(today + day * DAY + over + to, zone, FIRST);
    if (begins <= now && now < ends) return ends;
  }
  return undefined;
}

/** Midnight of the day that a zone's calendar shows, as a wall time. */
const dayOf = (at: Instant, zone: string): number => Math.floor((at + zoneOffset(at, zone)) / DAY) * DAY;
