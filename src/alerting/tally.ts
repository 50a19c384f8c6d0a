import type { Alert } from '../model/alert.ts';
import { latest, type Instant } from '../model/time.ts';

/** When what a notification gathered was raised, and for which keys. */
export interface Tally {
  first: Instant;
  last: Instant;
  /** Key → raises. */
  readonly keys: Map<string, number>;
  /** How many raises of any one key may be missing in `keys`. */
  missing: number;
}

/** Most keys that are counted; a key with more than a 256th of all raises is never missing. */
const MOST_KEYS = 256;
const LONGEST_KEY = 100;

export const emptyTally = (at: Instant): Tally => ({ first: at, last: at, keys: new Map(), missing: 0 });

/** A key's values as a human compares them; cut where they are long. */
export const keyText = ({ key }: Alert): string => key.join(' ').slice(0, LONGEST_KEY);

/** Counts raises of one key; those without a key only have their time noted. */
export function count(tally: Tally, key: string, raises: number, first: Instant, last: Instant): void {
  if (first < tally.first) tally.first = first;
  tally.last = latest(tally.last, last);
  if (key === '' || raises <= 0) return;
  const { keys } = tally;
  keys.set(key, (keys.get(key) ?? 0) + raises);
  if (keys.size > MOST_KEYS) thinOut(tally);
}

/** Adds what another tally counted. */
export function addTally(tally: Tally, other: Tally): void {
  count(tally, '', 0, other.first, other.last);
  for (const [key, raises] of other.keys) tally.keys.set(key, (tally.keys.get(key) ?? 0) + raises);
  tally.missing += other.missing;
  if (tally.keys.size > MOST_KEYS) thinOut(tally);
}

/** The commonest keys, each with at least how many raises: exactly as many if `isExact`. */
export function commonest(
  { keys, missing }: Tally,
  most: number,
): { readonly keys: readonly (readonly [key: string, raises: number])[]; readonly isExact: boolean } {
  const ordered = [...keys].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { keys: ordered.slice(0, most), isExact: missing === 0 };
}

/**
 * The summary of Misra and Gries (Finding repeated elements, 1982): taking the same from all keys makes
 * room, and what is left of each is at most that much too low.
 */
function thinOut(tally: Tally): void {
  const { keys } = tally;
  const counts = [...keys.values()].sort((a, b) => b - a);
  const taken = counts[MOST_KEYS] ?? 0;
  tally.missing += taken;
  for (const [key, raises] of keys) {
    if (raises <= taken) keys.delete(key);
    else keys.set(key, raises - taken);
  }
}

/** A tally as JSON. */
export const tallyRow = ({ keys, ...rest }: Tally): object => ({ ...rest, keys: [...keys] });

/** The inverse of `tallyRow`. */
export function tallyOf(row: object): Tally {
  const { keys, ...rest } = row as Omit<Tally, 'keys'> & { readonly keys: [string, number][] };
  return { ...rest, keys: new Map(keys) };
}
