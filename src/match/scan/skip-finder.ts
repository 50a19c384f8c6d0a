import { present } from '../../kit/assert.ts';
import { standsAt, type Finder, type Needle, type Report } from './needle.ts';
import { rarestWindow, type Window } from './window.ts';

/** Shortest and longest part of a needle that is looked for: shorter ones allow no skips worth the name. */
const LEAST = 6;
const MOST = 12;

/** Three bytes, the block that tells how far to skip, hashed to this many values. */
const HASHES = 1 << 16;

interface Table {
  readonly width: number;
  /** By hash of a block: how far the window can move; 0: some window ends here. */
  readonly skip: Uint8Array;
  /** By hash: the windows that end with the block. */
  readonly ending: ReadonlyMap<number, readonly Window[]>;
}

/**
 * Looks for all needles at once and skips what cannot be part of one (S. Wu and U. Manber, "A fast algorithm
 * for multi-pattern searching", 1994). Undefined when a needle is too short for that.
 */
export function createSkipFinder(needles: readonly Needle[]): Finder | undefined {
  const shortest = Math.min(...needles.map(({ bytes }) => bytes.length));
  if (needles.length === 0 || shortest < LEAST) return undefined;
  const table = buildTable(needles, Math.min(shortest, MOST));
  return (bytes, report) => find(table, needles, bytes, report);
}

function buildTable(needles: readonly Needle[], width: number): Table {
  const skip = new Uint8Array(HASHES).fill(width - 2);
  const ending = new Map<number, Window[]>();
  for (const [number, needle] of needles.entries()) {
    const window = rarestWindow(needle, number, width);
    for (let end = 2; end < width; end += 1) {
      for (const hash of hashes(window.bytes, end, needle.ignoreCase)) {
        skip[hash] = Math.min(skip[hash] ?? 0, width - 1 - end);
        if (end === width - 1) ending.set(hash, [...(ending.get(hash) ?? []), window]);
      }
    }
  }
  return { width, skip, ending };
}

/** The hash of the block that ends at `end`, in every mixture of cases if these are ignored. */
function hashes(bytes: Uint8Array, end: number, ignoreCase: boolean): Set<number> {
  const [first, second, third] = [end - 2, end - 1, end].map((at) => cases(bytes[at] ?? 0, ignoreCase));
  const all = new Set<number>();
  for (const a of first ?? [])
    for (const b of second ?? []) for (const c of third ?? []) all.add(hash(a, b, c));
  return all;
}

function cases(byte: number, ignoreCase: boolean): readonly number[] {
  return ignoreCase && byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte];
}

function hash(a: number, b: number, c: number): number {
  return ((a << 10) ^ (b << 5) ^ c) & (HASHES - 1);
}

/** Two places of the bytes in turn, so that the machine waits for two memory reads at once. */
function find(table: Table, needles: readonly Needle[], bytes: Uint8Array, report: Report): number {
  const { skip, width } = table;
  const { length } = bytes;
  const middle = Math.max(length >> 1, width - 1);
  let stops = 0;
  let low = width - 1;
  let high = middle;
  while (low < middle && high < length) {
    const lowSkip = skip[
      ((at(bytes, low - 2) << 10) ^ (at(bytes, low - 1) << 5) ^ at(bytes, low)) & (HASHES - 1)
    ] as number;
    const highSkip = skip[
      ((at(bytes, high - 2) << 10) ^ (at(bytes, high - 1) << 5) ^ at(bytes, high)) & (HASHES - 1)
    ] as number;
    if (lowSkip === 0) {
      stops += 1;
      lookCloser(table, needles, bytes, low, report);
    }
    if (highSkip === 0) {
      stops += 1;
      lookCloser(table, needles, bytes, high, report);
    }
    low += lowSkip || 1;
    high += highSkip || 1;
  }
  return (
    stops +
    findRest(table, needles, bytes, low, middle, report) +
    findRest(table, needles, bytes, high, length, report)
  );
}

/** A byte inside of the bounds: the loops above and below see to that. */
function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

function findRest(
  table: Table,
  needles: readonly Needle[],
  bytes: Uint8Array,
  from: number,
  to: number,
  report: Report,
): number {
  let stops = 0;
  for (let end = from; end < to;) {
    const skip = table.skip[hash(at(bytes, end - 2), at(bytes, end - 1), at(bytes, end))] as number;
    if (skip === 0) {
      stops += 1;
      lookCloser(table, needles, bytes, end, report);
    }
    end += skip || 1;
  }
  return stops;
}

function lookCloser(
  { width, ending }: Table,
  needles: readonly Needle[],
  bytes: Uint8Array,
  end: number,
  report: Report,
): void {
  const windows = ending.get(hash(at(bytes, end - 2), at(bytes, end - 1), at(bytes, end)));
  if (windows === undefined) return;
  for (const { needle, offset } of windows) {
    const start = end - width + 1 - offset;
    if (standsAt(present(needles[needle], 'needle'), bytes, start)) report(needle, start);
  }
}
