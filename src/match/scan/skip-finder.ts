import { present } from '../../kit/assert.ts';
import { blockHash, hashTable, LAST_HASH, type Census } from './census.ts';
import { standsAt, type Finder, type Needle, type Report } from './needle.ts';
import { rarestWindow, type Window } from './window.ts';

/** Shortest and longest part of a needle that is looked for: shorter ones allow no skips worth the name. */
const LEAST = 6;
const MOST = 12;

/** What a block counts that was not seen in the sample, and what a closer look costs, in bytes skipped. */
const UNSEEN = 0.05;
const LOOK = 1;

interface Table {
  readonly width: number;
  /** By hash of a block of three bytes: how far the window can move; 0: some window ends here. */
  readonly skip: Uint8Array;
  /** By hash of a block that ends windows: a bit for each pair of bytes these begin with. */
  readonly begins: Uint32Array;
  /** By hash: where in `ending` the windows are that end with the block. */
  readonly list: Uint32Array;
  readonly ending: readonly (readonly Window[])[];
}

/**
 * Looks for all needles at once and skips what cannot be part of one (S. Wu and U. Manber, "A fast algorithm
 * for multi-pattern searching", 1994). Undefined when a needle is too short for that. With a census of the
 * bytes that come, it looks for those parts of the needles that let it skip most of them.
 */
export function createSkipFinder(needles: readonly Needle[], census?: Census): Finder | undefined {
  const shortest = Math.min(...needles.map(({ bytes }) => bytes.length));
  if (needles.length === 0 || shortest < LEAST) return undefined;
  const table = buildTable(needles, Math.min(shortest, MOST), census);
  return (bytes, report) => find(table, needles, bytes, report);
}

function buildTable(needles: readonly Needle[], width: number, census: Census | undefined): Table {
  const skip = hashTable().fill(width - 2);
  const begins = new Uint32Array(skip.length);
  const list = new Uint32Array(skip.length);
  const ending: Window[][] = [[]];
  for (const [number, needle] of needles.entries()) {
    const window =
      census === undefined
        ? rarestWindow(needle, number, width)
        : cheapestWindow(needle, number, width, skip, census);
    for (let end = 2; end < width; end += 1) {
      for (const hash of hashes(window.bytes, end, needle.ignoreCase)) {
        skip[hash] = Math.min(skip[hash] ?? 0, width - 1 - end);
        if (end < width - 1) continue;
        if (list[hash] === 0) list[hash] = ending.push([]) - 1;
        ending[list[hash] ?? 0]?.push(window);
        begins[hash] = (begins[hash] ?? 0) | beginning(window.bytes, needle.ignoreCase);
      }
    }
  }
  return { width, skip, begins, list, ending };
}

/**
 * The part of a needle that costs least: for each of its blocks, how often it comes times the bytes that are
 * no longer skipped there, given what other needles cost already; and a closer look where it ends.
 */
function cheapestWindow(
  needle: Needle,
  number: number,
  width: number,
  skip: Uint8Array,
  { counts }: Census,
): Window {
  const { bytes, ignoreCase } = needle;
  const blocks = Array.from(bytes, (_, end) => (end < 2 ? [] : [...hashes(bytes, end, ignoreCase)]));
  const costOf = (hash: number, left: number): number => {
    const lost = Math.max((skip[hash] ?? 0) - left, 0);
    return ((counts[hash] ?? 0) + UNSEEN) * (left === 0 ? lost + LOOK : lost);
  };
  let best = 0;
  let least = Infinity;
  for (let offset = 0; offset + width <= bytes.length; offset += 1) {
    let cost = 0;
    for (let end = 2; end < width; end += 1) {
      for (const hash of blocks[offset + end] ?? []) cost += costOf(hash, width - 1 - end);
    }
    if (cost < least) [best, least] = [offset, cost];
  }
  return { needle: number, bytes: bytes.subarray(best, best + width), offset: best };
}

/** The hash of the block that ends at `end`, in every mixture of cases if these are ignored. */
function hashes(bytes: Uint8Array, end: number, ignoreCase: boolean): Set<number> {
  const [first, second, third] = [end - 2, end - 1, end].map((at) => cases(bytes[at] ?? 0, ignoreCase));
  const all = new Set<number>();
  for (const a of first ?? [])
    for (const b of second ?? []) for (const c of third ?? []) all.add(blockHash(a, b, c));
  return all;
}

function cases(byte: number, ignoreCase: boolean): readonly number[] {
  return ignoreCase && byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte];
}

/** A word with the bits of the first two bytes in every mixture of cases. */
function beginning(bytes: Uint8Array, ignoreCase: boolean): number {
  let bits = 0;
  for (const first of cases(bytes[0] ?? 0, ignoreCase)) {
    for (const second of cases(bytes[1] ?? 0, ignoreCase)) bits |= 1 << ((3 * first + second) & 31);
  }
  return bits;
}

/**
 * Two places of the bytes in turn, so that the machine waits for two memory reads at once. Written without
 * calls: V8 gives up inlining in a function of this size, and a call costs as much as the rest of a step.
 */
function find(table: Table, needles: readonly Needle[], bytes: Uint8Array, report: Report): number {
  const { skip, begins, width } = table;
  const { length } = bytes;
  const back = width - 1;
  const middle = Math.max(length >> 1, back);
  let stops = 0;
  let low = back;
  let high = middle;
  while (low < middle && high < length) {
    const lowBlock =
      (((bytes[low - 2] as number) << 10) ^ ((bytes[low - 1] as number) << 5) ^ (bytes[low] as number)) &
      LAST_HASH;
    const highBlock =
      (((bytes[high - 2] as number) << 10) ^ ((bytes[high - 1] as number) << 5) ^ (bytes[high] as number)) &
      LAST_HASH;
    const lowSkip = skip[lowBlock] as number;
    const highSkip = skip[highBlock] as number;
    if (lowSkip === 0) {
      stops += 1;
      if (
        ((begins[lowBlock] as number) &
          (1 << ((3 * (bytes[low - back] as number) + (bytes[low - back + 1] as number)) & 31))) !==
        0
      ) {
        lookCloser(table, needles, bytes, low, lowBlock, report);
      }
      low += 1;
    } else low += lowSkip;
    if (highSkip === 0) {
      stops += 1;
      if (
        ((begins[highBlock] as number) &
          (1 << ((3 * (bytes[high - back] as number) + (bytes[high - back + 1] as number)) & 31))) !==
        0
      ) {
        lookCloser(table, needles, bytes, high, highBlock, report);
      }
      high += 1;
    } else high += highSkip;
  }
  findRest(table, needles, bytes, low, middle, report);
  findRest(table, needles, bytes, high, length, report);
  return stops;
}

/** One place only: what is left when the other has come to its end. */
function findRest(
  table: Table,
  needles: readonly Needle[],
  bytes: Uint8Array,
  from: number,
  to: number,
  report: Report,
): void {
  for (let end = from; end < to && end < bytes.length;) {
    const block = blockHash(bytes[end - 2] as number, bytes[end - 1] as number, bytes[end] as number);
    const skip = table.skip[block] as number;
    if (skip === 0) lookCloser(table, needles, bytes, end, block, report);
    end += Math.max(skip, 1);
  }
}

function lookCloser(
  { width, list, ending }: Table,
  needles: readonly Needle[],
  bytes: Uint8Array,
  end: number,
  block: number,
  report: Report,
): void {
  for (const { needle, offset } of ending[list[block] as number] ?? []) {
    const start = end - width + 1 - offset;
    if (standsAt(present(needles[needle], 'needle'), bytes, start)) report(needle, start);
  }
}
