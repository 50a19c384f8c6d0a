import { instant, type Instant } from '../model/time.ts';
import type { ParseContext } from './contract.ts';
import { afterDigits, digitAt, digitsAt } from './digits.ts';
import { instantInZone, type WallTime } from './timestamp.ts';

/** A stamp found in a text: when, and the offset of the first code unit after it. */
export interface Stamp {
  readonly at: Instant;
  readonly end: number;
}

const DAY = 86_400_000;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DAYS = 'SunMonTueWedThuFriSat';
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * ISO 8601 and RFC 3339 as logs write them: `2026-11-20T10:00:06.123456+01:00`, a blank for the `T`, a
 * comma for the point, `/` between the date's parts, an offset in any of its forms, or none (then the
 * zone rules). Parts of a millisecond are cut off.
 */
export function isoStamp(text: string, from: number, context: ParseContext): Stamp | undefined {
  const year = digitsAt(text, from, 4);
  const dash = text.charCodeAt(from + 4);
  if (year < 0 || (dash !== DASH && dash !== SLASH) || text.charCodeAt(from + 7) !== dash) return undefined;
  const between = text.charCodeAt(from + 10);
  if (between !== LETTER_T && between !== BLANK) return undefined;
  const clock = clockAt(text, from + 11);
  const date = utcDay(year, digitsAt(text, from + 5, 2), digitsAt(text, from + 8, 2));
  if (clock === undefined || date === undefined) return undefined;
  return zoned(text, clock.end, date + clock.ms, context);
}

/** `Nov 20 10:00:06`, `Nov  2 10:00:06`, `Nov 20 2026 10:00:06`, each with or without a fraction. */
export function bsdStamp(text: string, from: number, context: ParseContext): Stamp | undefined {
  const month = wordIndex(MONTHS, text, from);
  if (month < 0 || text.charCodeAt(from + 3) !== BLANK) return undefined;
  let at = text.charCodeAt(from + 4) === BLANK ? from + 5 : from + 4;
  const afterDay = afterDigits(text, at);
  const day = afterDay - at > 2 ? -1 : digitsAt(text, at, afterDay - at);
  if (day < 1 || text.charCodeAt(afterDay) !== BLANK) return undefined;
  at = afterDay + 1;

  const year = digitsAt(text, at, 4);
  if (year >= 0 && text.charCodeAt(at + 4) === BLANK) at += 5;
  const clock = clockAt(text, at);
  if (clock === undefined) return undefined;
  const when =
    year >= 0
      ? wallIn(year, month + 1, day, clock.ms, context)
      : nearestYear(month + 1, day, clock.ms, context);
  return when === undefined ? undefined : { at: when, end: clock.end };
}

/** `Fri Nov 20 10:00:06.123456 2026`, as ctime(3) and Apache's error log write it. */
export function ctimeStamp(text: string, from: number, context: ParseContext): Stamp | undefined {
  if (wordIndex(DAYS, text, from) < 0 || text.charCodeAt(from + 3) !== BLANK) return undefined;
  const month = wordIndex(MONTHS, text, from + 4);
  if (month < 0 || text.charCodeAt(from + 7) !== BLANK) return undefined;
  const at = text.charCodeAt(from + 8) === BLANK ? from + 9 : from + 8;
  const afterDay = afterDigits(text, at);
  const day = afterDay - at > 2 ? -1 : digitsAt(text, at, afterDay - at);
  const clock = clockAt(text, afterDay + 1);
  if (clock === undefined) return undefined;
  const year = digitsAt(text, clock.end + 1, 4);
  const when = year < 0 ? undefined : wallIn(year, month + 1, day, clock.ms, context);
  return when === undefined ? undefined : { at: when, end: clock.end + 5 };
}

/**
 * `20/Nov/2026:10:00:06 +0000`, the common log format of web servers, and `20-Nov-2026 10:00:06.123`, as BIND,
 * Tomcat and PHP write it.
 */
export function clfStamp(text: string, from: number, context: ParseContext): Stamp | undefined {
  const sign = text.charCodeAt(from + 2);
  const between = text.charCodeAt(from + 11);
  if (text.charCodeAt(from + 6) !== sign) return undefined;
  if (!(sign === SLASH && between === COLON) && !(sign === DASH && between === BLANK)) return undefined;
  const month = wordIndex(MONTHS, text, from + 3);
  const year = digitsAt(text, from + 7, 4);
  const clock = clockAt(text, from + 12);
  const date = month < 0 || year < 0 ? undefined : utcDay(year, month + 1, digitsAt(text, from, 2));
  if (clock === undefined || date === undefined) return undefined;
  return zoned(text, clock.end, date + clock.ms, context);
}

/**
 * Seconds since 1970 as Nagios (`[1795168806] `) and Squid (`1795168806.123 `) begin their lines: other numbers
 * there are none.
 */
export function epochStamp(text: string): Stamp | undefined {
  const from = text.charCodeAt(0) === OPEN ? 1 : 0;
  const whole = digitsAt(text, from, 10);
  const end = from + 10;
  if (whole < 0) return undefined;
  if (from === 1)
    return text.charCodeAt(end) === CLOSE ? { at: instant(whole * 1000), end: end + 1 } : undefined;
  const parts = text.charCodeAt(end) === POINT ? digitsAt(text, end + 1, 3) : -1;
  return parts >= 0 && text.charCodeAt(end + 4) === BLANK
    ? { at: instant(whole * 1000 + parts), end: end + 4 }
    : undefined;
}

const BLANK = 32;
const COMMA = 44;
const DASH = 45;
const POINT = 46;
const SLASH = 47;
const COLON = 58;
const PLUS = 43;
const OPEN = 91;
const CLOSE = 93;
const LETTER_T = 84;
const LETTER_Z = 90;

/** Which three-letter word of `words` stands at `at`, or -1. */
function wordIndex(words: string, text: string, at: number): number {
  if (at + 3 > text.length) return -1;
  const index = words.indexOf(text.slice(at, at + 3));
  return index % 3 === 0 ? index / 3 : -1;
}

/** `10:00:06`, with any fraction after a point or comma; milliseconds since midnight. */
function clockAt(text: string, at: number): { readonly ms: WallTime; readonly end: number } | undefined {
  const hour = digitsAt(text, at, 2);
  const minute = digitsAt(text, at + 3, 2);
  const second = digitsAt(text, at + 6, 2);
  if (text.charCodeAt(at + 2) !== COLON || text.charCodeAt(at + 5) !== COLON) return undefined;
  // 60 is a leap second; it counts as the first moment of the next minute.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined;
  const ms = ((hour * 60 + minute) * 60 + second) * 1000;
  const mark = text.charCodeAt(at + 8);
  if ((mark !== POINT && mark !== COMMA) || digitAt(text, at + 9) < 0) return { ms, end: at + 8 };
  return { ms: ms + thousandths(text, at + 9), end: afterDigits(text, at + 9) };
}

/** The first three digits of a fraction; what is finer than a millisecond is cut off. */
function thousandths(text: string, at: number): number {
  const tenths = digitAt(text, at);
  const hundredths = tenths < 0 ? -1 : digitAt(text, at + 1);
  const last = hundredths < 0 ? -1 : digitAt(text, at + 2);
  return tenths * 100 + Math.max(0, hundredths) * 10 + Math.max(0, last);
}

/** Midnight of a day as if at UTC, or undefined if there is no such day. */
function utcDay(year: number, month: number, day: number): WallTime | undefined {
  const length = DAYS_OF_MONTH[month - 1];
  if (length === undefined || day < 1 || day > length || year < 1000) return undefined;
  if (month === 2 && day === 29 && !isLeap(year)) return undefined;
  return Date.UTC(year, month - 1, day);
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function wallIn(
  year: number,
  month: number,
  day: number,
  ms: number,
  context: ParseContext,
): Instant | undefined {
  const date = utcDay(year, month, day);
  return date === undefined ? undefined : instantInZone(date + ms, context.zone, context.reference);
}

/** The last year in which the stamp lies at most a day after the reference. */
function nearestYear(month: number, day: number, ms: number, context: ParseContext): Instant | undefined {
  const bound = context.reference + DAY;
  const newest = yearOf(bound) + 1;
  // Eight years back there was a 29 February, even around 1900 and 2100.
  for (let year = newest; year >= newest - 9; year--) {
    const date = utcDay(year, month, day);
    // No zone is a day away from UTC: what is surely later need not be asked.
    if (date === undefined || date + ms - DAY > bound) continue;
    const at = instantInZone(date + ms, context.zone, context.reference);
    if (at <= bound) return at;
  }
  return undefined;
}

/** The year of a moment at UTC. Asked for each line, and nearly always of the same year. */
function yearOf(at: number): number {
  if (!(at >= lastYear.from && at < lastYear.to)) {
    const year = new Date(at).getUTCFullYear();
    lastYear = { year, from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) };
  }
  return lastYear.year;
}

let lastYear = { year: 1970, from: 0, to: 0 };

/** The instant of a wall time with the offset written after it, or in the context's zone. */
function zoned(text: string, at: number, wall: WallTime, context: ParseContext): Stamp {
  const code = text.charCodeAt(at);
  if (code === LETTER_Z) return { at: instant(wall), end: at + 1 };
  const apart = code === BLANK;
  const sign = apart ? at + 1 : at;
  if (apart && (text.startsWith('UTC', sign) || text.startsWith('GMT', sign))) {
    return { at: instant(wall), end: sign + 3 };
  }
  const offset = offsetAt(text, sign);
  // ` -12 degrees` is no offset: one that stands apart must have its minutes.
  if (offset !== undefined && (!apart || offset.end - sign >= 5)) {
    return { at: instant(wall - offset.ms), end: offset.end };
  }
  return { at: instantInZone(wall, context.zone, context.reference), end: at };
}

/** `+01:00`, `+0100` or `+01`, not followed by another digit. */
function offsetAt(text: string, at: number): { readonly ms: number; readonly end: number } | undefined {
  const mark = text.charCodeAt(at);
  if (mark !== PLUS && mark !== DASH) return undefined;
  const hours = digitsAt(text, at + 1, 2);
  if (hours < 0 || hours > 23) return undefined;
  const colon = text.charCodeAt(at + 3) === COLON ? 1 : 0;
  const minutes = digitsAt(text, at + 3 + colon, 2);
  const end = minutes < 0 ? at + 3 : at + 5 + colon;
  if (minutes > 59 || digitAt(text, end) >= 0) return undefined;
  const ms = (hours * 60 + Math.max(0, minutes)) * 60_000;
  return { ms: mark === DASH ? -ms : ms, end };
}
