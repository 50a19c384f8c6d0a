import { instant } from '../model/time.ts';
import { dayName, daysIn } from './days.ts';
import type { BacktestResult } from './result.ts';

const dayMs = 86_400_000;
/** More days are not listed one by one: a stamp that lies may claim decades. */
const mostDays = 20_000;

/** Every day from the first to the last on which something is counted or was read, in order, by the result's zone. */
export function daysOf(result: BacktestResult): readonly string[] {
  const dayOf = daysIn(result.zone);
  const ends = [result.from, result.to].flatMap((time) => time ?? []);
  const known = [
    ...result.rules.flatMap(({ days }) => days.map(({ day }) => day)),
    ...result.channels.flatMap(({ days }) => days.map(({ day }) => day)),
    ...ends.map((time) => dayName(dayOf(instant(Date.parse(time))))),
  ].toSorted();
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return [];
  const begin = Date.parse(first);
  const count = Math.min(mostDays, (Date.parse(last) - begin) / dayMs + 1);
  return Array.from({ length: count }, (_, index) =>
    new Date(begin + index * dayMs).toISOString().slice(0, 10),
  );
}

/** One number for each day of a list, from those that have one. */
export function perDay<Counted extends { readonly day: string }>(
  days: readonly string[],
  counted: readonly Counted[],
  of: (one: Counted) => number,
): readonly number[] {
  const numbers = new Map(counted.map((one) => [one.day, of(one)]));
  return days.map((day) => numbers.get(day) ?? 0);
}
