import { instant, type Instant } from '../model/time.ts';
import { zoneOffset } from '../parse/timestamp.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Days by the clocks of a zone, as numbers that follow each other: 0 is 1 January 1970. */
export type DayOf = (at: Instant) => number;

/** A day's number by its zone's clocks; remembers the last hour, for most times follow each other. */
export function daysIn(zone: string): DayOf {
  let hour = Number.NaN;
  let offset = 0;
  return (at) => {
    const now = Math.floor(at / hourMs);
    if (now !== hour) {
      hour = now;
      // Zones change their offset at full hours of some clock; a quarter of an hour off moves no day that matters.
      offset = zoneOffset(instant(now * hourMs), zone);
    }
    return Math.floor((at + offset) / dayMs);
  };
}

/** `2026-11-20`. */
export const dayName = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
