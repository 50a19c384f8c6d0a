import { machineZone } from '../config/machine-zone.ts';
import { instant, type Instant } from '../model/time.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/**
 * A time as a person writes it: `22:00` (the next time that the clocks of this machine show it) or a date with
 * or without a time as ISO 8601 has it, of this machine's zone unless it names another. Undefined: neither.
 */
export function readTime(text: string, now: Instant): Instant | undefined {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock !== null) return nextTime(Number(clock[1]), Number(clock[2]), now);
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined;
  // A date alone would be read as UTC.
  const at = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : instant(at);
}

function nextTime(hours: number, minutes: number, now: Instant): Instant {
  const today = new Date(now).setHours(hours, minutes, 0, 0);
  return instant(today > now ? today : new Date(today).setDate(new Date(today).getDate() + 1));
}

/** `14:20`, or with its date where that is more than a day away, by this machine's clocks. */
export function clockTime(at: Instant, now: Instant): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (Math.abs(at - now) < dayMs) return clock;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

const stamp = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** `2026-11-20 10:00:06.123` by this machine's clocks: `timesOf` says once which these are. */
export function localTime(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'a time out of range';
  // What the clocks show, written as if it were of UTC: milliseconds since the epoch.
  const shown = at - date.getTimezoneOffset() * minuteMs;
  return new Date(shown).toISOString().slice(0, -1).replace('T', ' ');
}

/** Words of the ledger with the times in them, which are RFC 3339 in UTC there, by this machine's clocks. */
export const withLocalTimes = (text: string): string =>
  text.replaceAll(stamp, (found) => (Number.isNaN(Date.parse(found)) ? found : localTime(Date.parse(found))));

/** Whose clocks the times of an output for a person are of, in words: `times of Europe/Paris`. */
export const timesOf = (): string => `times of ${machineZone()}`;
