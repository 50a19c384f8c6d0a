import type { Chunk } from '../model/chunk.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Calls `visit` with the byte range of each record of a chunk, in order. */
export function eachRecord(chunk: Chunk, visit: (start: number, end: number) => void): void {
  if (chunk.records.kind === 'lines') eachLine(chunk.bytes, visit);
  else eachEntry(chunk.records.offsets, visit);
}

/** The byte ranges of a chunk's records, in order. */
export function* records(chunk: Chunk): Generator<readonly [start: number, end: number]> {
  if (chunk.records.kind === 'table') {
    const { offsets } = chunk.records;
    for (let entry = 0; entry + 1 < offsets.length; entry += 2) {
      yield [offsets[entry] ?? 0, offsets[entry + 1] ?? 0];
    }
    return;
  }
  const { bytes } = chunk;
  for (let start = 0; start < bytes.length;) {
    const feed = lineFeed(bytes, start);
    yield [start, withoutReturn(bytes, start, feed)];
    start = feed + 1;
  }
}

/** How many records a chunk holds, without cutting it. */
export function countRecords({ bytes, records }: Chunk): number {
  if (records.kind === 'table') return records.offsets.length / 2;
  const unended = bytes.length > 0 && bytes[bytes.length - 1] !== LF ? 1 : 0;
  return countFeeds(bytes) + unended;
}

/**
 * Line feeds, sixteen bytes at a time: a byte is one if it is nothing after XOR with line feeds, and whether a
 * word has such a byte is a matter of four operations (H. S. Warren, "Hacker's Delight", 6-1). Words that have
 * none are most: to count in each took twice as long.
 */
function countFeeds(bytes: Uint8Array): number {
  const lead = -bytes.byteOffset & 3;
  if (bytes.length < lead + 16) return countSingly(bytes, 0, bytes.length);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + lead, ((bytes.length - lead) >> 4) << 2);
  let feeds = countSingly(bytes, 0, lead) + countSingly(bytes, lead + words.length * 4, bytes.length);
  for (let index = 0; index < words.length; index += 4) {
    const a = (words[index] as number) ^ FEEDS;
    const b = (words[index + 1] as number) ^ FEEDS;
    const c = (words[index + 2] as number) ^ FEEDS;
    const d = (words[index + 3] as number) ^ FEEDS;
    const found = ((a - ONES) & ~a) | ((b - ONES) & ~b) | ((c - ONES) & ~c) | ((d - ONES) & ~d);
    if ((found & TOPS) !== 0) feeds += zerosIn(a) + zerosIn(b) + zerosIn(c) + zerosIn(d);
  }
  return feeds;
}

const FEEDS = 0x0a0a0a0a;
const ONES = 0x01010101;
const TOPS = 0x80808080;

/** How many of a word's four bytes are nothing, exactly. */
function zerosIn(word: number): number {
  let zeros = 0;
  let found = ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f);
  for (; found !== 0; found &= found - 1) zeros += 1;
  return zeros;
}

function countSingly(bytes: Uint8Array, from: number, to: number): number {
  let feeds = 0;
  for (let at = from; at < to; at += 1) if (bytes[at] === LF) feeds += 1;
  return feeds;
}

/** Offset of the line feed at or after `from`, or the length when there is none. */
export function lineFeed(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(LF, from);
  return at < 0 ? bytes.length : at;
}

/** Where the line that ends with the line feed at `feed` ends without its ending: a CR is part of it. */
export function withoutReturn(bytes: Uint8Array, start: number, feed: number): number {
  return feed < bytes.length && feed > start && bytes[feed - 1] === CR ? feed - 1 : feed;
}

function eachLine(bytes: Uint8Array, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length;) {
    const feed = lineFeed(bytes, start);
    visit(start, withoutReturn(bytes, start, feed));
    start = feed + 1;
  }
}

function eachEntry(offsets: Uint32Array, visit: (start: number, end: number) => void): void {
  for (let entry = 0; entry + 1 < offsets.length; entry += 2) {
    visit(offsets[entry] ?? 0, offsets[entry + 1] ?? 0);
  }
}
