/** A set of code points: `[first, last, first, last, …]`, ascending, neither touching nor overlapping. */
export type CharSet = readonly number[];

export const LAST_CODE_POINT = 0x10_ffff;

/** Nothing: a set that never matches. */
export const NONE: CharSet = [];

/** Every code point. */
export const ANY: CharSet = [0, LAST_CODE_POINT];

/** The set of one code point. */
export const single = (code: number): CharSet => [code, code];

/** The set of the characters of a string. */
export const charsOf = (text: string): CharSet => union(...Array.from(text, (char) => single(codeOf(char))));

/** All that is in at least one of the sets. */
export function union(...sets: readonly CharSet[]): CharSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  const ranges = sets.flatMap(rangesOf).toSorted(([a], [b]) => a - b);
  const merged: number[] = [];
  for (const [first, last] of ranges) {
    const end = merged.at(-1);
    if (end !== undefined && first <= end + 1) merged[merged.length - 1] = Math.max(end, last);
    else merged.push(first, last);
  }
  return merged;
}

/** All that is not in the set. */
export function complement(set: CharSet): CharSet {
  const gaps: number[] = [];
  let next = 0;
  for (const [first, last] of rangesOf(set)) {
    if (first > next) gaps.push(next, first - 1);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) gaps.push(next, LAST_CODE_POINT);
  return gaps;
}

/** What is in both sets. */
export function intersection(a: CharSet, b: CharSet): CharSet {
  return complement(union(complement(a), complement(b)));
}

/** What is in the first set and not in the second. */
export const without = (a: CharSet, b: CharSet): CharSet => intersection(a, complement(b));

export function has(set: CharSet, code: number): boolean {
  return rangesOf(set).some(([first, last]) => first <= code && code <= last);
}

/** How many code points there are. */
export function size(set: CharSet): number {
  return rangesOf(set).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Adds the other case of every ASCII letter in the set. */
export function foldAscii(set: CharSet): CharSet {
  if (!rangesOf(set).some(([first, last]) => first <= 0x7a && last >= 0x41)) return set;
  const upper = intersection(set, [0x41, 0x5a]).map((code) => code + 0x20);
  const lower = intersection(set, [0x61, 0x7a]).map((code) => code - 0x20);
  return union(set, upper, lower);
}

/** The set as pairs of first and last. */
export function rangesOf(set: CharSet): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (let index = 0; index + 1 < set.length; index += 2) ranges.push([set[index] ?? 0, set[index + 1] ?? 0]);
  return ranges;
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
