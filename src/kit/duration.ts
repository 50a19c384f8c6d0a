import type { Brand } from './brand.ts';

/** The same type as the model's `Millis`, named here because nothing lies below this room. */
type Millis = Brand<number, 'Millis'>;

const units: readonly (readonly [name: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** The longest length of time that can be written: a hundred years of 365 days. */
export const longestDuration = (36_500 * 86_400_000) as Millis;

const form = /^(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/**
 * Reads `250ms`, `90s`, `5m`, `1h30m`, `2d`, `1w`: whole numbers with units from the largest to the
 * smallest, each at most once. Undefined when the text is not of that form or is longer than
 * `longestDuration`.
 */
export function parseDuration(text: string): Millis | undefined {
  const found = form.exec(text);
  if (found === null || text === '') return undefined;
  const ms = units.reduce((sum, [, length], index) => sum + Number(found[index + 1] ?? 0) * length, 0);
  return ms <= longestDuration ? (ms as Millis) : undefined;
}

/**
 * Writes a length of time so that `parseDuration` reads it back: `1h30m`, `250ms`, `0s`. Weeks are
 * written as days, parts of a millisecond are rounded, a negative length gets a minus in front.
 */
export function formatDuration(length: Millis): string {
  const sign = length < 0 ? '-' : '';
  let rest = Math.round(Math.abs(length));
  let text = '';
  for (const [name, ms] of units.slice(1)) {
    const whole = Math.floor(rest / ms);
    if (whole > 0) text += `${whole}${name}`;
    rest -= whole * ms;
  }
  return text === '' ? '0s' : sign + text;
}
