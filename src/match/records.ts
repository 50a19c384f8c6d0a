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
