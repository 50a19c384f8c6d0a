import { instant, type Instant } from '../../model/time.ts';
import { zoneOffset } from '../../parse/timestamp.ts';

/** A cron expression: the numbers of each field that fit. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Both kinds of day are restricted: then either is enough, as crontab(5) has it. */
  readonly anyDay: boolean;
  /** It goes through the hours: then it keeps its pace when clocks change, instead of its time of day. */
  readonly everyHour: boolean;
}

export type ParsedCron =
  | { readonly ok: true; readonly value: Cron }
  | { readonly ok: false; readonly why: string };

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** 29 February can be eight years away, around 1900 and 2100. */
const MOST_DAYS = 8 * 366;

const NAMES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 7, words: weekdays },
];

/** Reads the five fields of crontab(5) (lists, ranges, steps, names of months and weekdays) or a name such as `@daily`. */
export function parseCron(text: string): ParsedCron {
  const words = (NAMES.get(text.trim().toLowerCase()) ?? text).trim().toLowerCase().split(/\s+/);
  if (words.length !== fields.length) return { ok: false, why: `it has ${words.length} fields, not 5` };
  const numbers: number[][] = [];
  for (const [index, field] of fields.entries()) {
    const found = numbersOf(words[index] ?? '', field);
    if (typeof found === 'string') return { ok: false, why: found };
    numbers.push(found);
  }
  const [minutes = [], hours = [], days = [], inMonths = [], onDays = []] = numbers;
  const isOpen = (index: number): boolean => words[index]?.startsWith('*') === true;
  const value: Cron = {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(inMonths),
    weekdays: new Set(onDays.map((day) => day % 7)),
    anyDay: !isOpen(2) && !isOpen(4),
    everyHour: isOpen(1),
  };
  return comesEver(value) ? { ok: true, value } : { ok: false, why: 'there is no such day' };
}

/** The numbers of one field, ascending; or what is wrong with it. */
function numbersOf(text: string, field: Field): number[] | string {
  const found = new Set<number>();
  const most = field.words === weekdays ? 7 : field.to - field.from + 1;
  for (const item of text.split(',')) {
    const parts = /^(?:\*|([a-z]+|\d{1,2})(?:-([a-z]+|\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(item);
    const wrong = `"${item.slice(0, 20)}" is no ${field.name}`;
    if (parts === null) return wrong;
    const [, first, last, step] = parts;
    const from = first === undefined ? field.from : numberOf(first, field);
    // `5/10` goes on to the end, as a range without its end.
    const end =
      first === undefined || step !== undefined
        ? Math.min(field.to, field.words === weekdays ? 6 : 59)
        : from;
    const to = last === undefined ? end : numberOf(last, field);
    const by = step === undefined ? 1 : Number(step);
    if (from === undefined || to === undefined || from > to || by === 0) return wrong;
    // `*/60` is once an hour; a longer step never comes, and was meant otherwise.
    if (by > most) return `${wrong}: its step is at most ${most}`;
    for (let number = from; number <= to; number += by) found.add(number);
  }
  return [...found].toSorted((a, b) => a - b);
}

function numberOf(text: string, { from, to, words }: Field): number | undefined {
  const word = words.indexOf(text);
  if (word >= 0) return word + (words === months ? 1 : 0);
  const number = Number(text);
  return Number.isInteger(number) && number >= from && number <= to ? number : undefined;
}

/** `0 0 30 2 *` never comes. */
function comesEver({ days, months: inMonths, anyDay }: Cron): boolean {
  if (anyDay) return true;
  const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return [...inMonths].some((month) => Math.min(...days) <= (lengths[month - 1] ?? 0));
}

/**
 * The first time after `after` that fits, by the clocks of `zone`. A time of day that clocks skip is kept
 * at the moment they do; one that comes twice counts the first time. What goes through the hours keeps
 * its pace instead.
 */
export function nextTime(cron: Cron, zone: string, after: Instant): Instant | undefined {
  const wall = after + zoneOffset(after, zone);
  // Clocks that are put back may show the day before again.
  const begin = Math.floor((wall - HOUR) / DAY) * DAY;
  for (let day = begin; day <= begin + MOST_DAYS * DAY; day += DAY) {
    if (!fitsDay(cron, day)) continue;
    const found = firstOfDay(cron, dayIn(zone, day), after);
    if (found !== undefined) return instant(found);
  }
  return undefined;
}

function fitsDay(cron: Cron, day: number): boolean {
  const date = new Date(day);
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const inMonth = cron.days.has(date.getUTCDate());
  const inWeek = cron.weekdays.has(date.getUTCDay());
  return cron.anyDay ? inMonth || inWeek : inMonth && inWeek;
}

/** A day of a zone's clocks: how far they are ahead of UTC, and when that changes. */
interface LocalDay {
  /** Midnight, as if the clocks stood at UTC. */
  readonly wall: number;
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

/** No zone changes its clocks twice within a day. */
function dayIn(zone: string, wall: number): LocalDay {
  const offset = (at: number): number => zoneOffset(instant(at), zone);
  let low = wall - offset(wall) - 2 * HOUR;
  let high = low + DAY + 4 * HOUR;
  const before = offset(low);
  const after = offset(high);
  if (before === after) return { wall, before, after, change: Infinity };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return { wall, before, after, change: high };
}

function firstOfDay(cron: Cron, day: LocalDay, after: number): number | undefined {
  let first: number | undefined;
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      for (const at of instantsOf(day.wall + hour * HOUR + minute * MINUTE, day, cron.everyHour)) {
        if (at > after && (first === undefined || at < first)) first = at;
      }
      // Without a change of clocks what follows is only later.
      if (first !== undefined && day.change === Infinity) return first;
    }
  }
  return first;
}

/** When the clocks of a day showed a time. */
function instantsOf(wall: number, { before, after, change }: LocalDay, all: boolean): readonly number[] {
  const early = wall - before;
  const late = wall - after;
  const times = [...(early < change ? [early] : []), ...(late >= change ? [late] : [])];
  if (all) return times;
  return times.length === 0 ? [change] : times.slice(0, 1);
}
