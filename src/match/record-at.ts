import { withoutReturn } from './records.ts';
import type { Chunk } from '../model/chunk.ts';

/** A record by any of its bytes. */
export interface RecordSpan {
  readonly start: number;
  readonly end: number;
}

const LF = 0x0a;

/** The record that holds the byte at `offset` of a chunk, or the last one before it; undefined: there is none. */
export function recordAt({ bytes, records }: Chunk, offset: number): RecordSpan | undefined {
  if (records.kind === 'table') return entryAt(records.offsets, offset);
  if (bytes.length === 0) return undefined;
  const at = Math.min(offset, bytes.length - 1);
  const start = at === 0 ? 0 : bytes.lastIndexOf(LF, at - 1) + 1;
  const feed = bytes.indexOf(LF, at);
  const end = feed < 0 ? bytes.length : feed;
  return { start, end: withoutReturn(bytes, start, end) };
}

/** The record that comes next; undefined: this is the last one. */
export function recordAfter(chunk: Chunk, { start }: RecordSpan): RecordSpan | undefined {
  const { bytes, records } = chunk;
  if (records.kind === 'table') {
    // Entries are few: this is asked for at the beginning of a chunk only.
    const index = records.offsets.findIndex((offset, at) => at % 2 === 0 && offset > start);
    const [begin, end] = index < 0 ? [] : records.offsets.subarray(index, index + 2);
    return begin === undefined || end === undefined ? undefined : { start: begin, end };
  }
  const feed = bytes.indexOf(LF, start);
  return feed < 0 || feed + 1 >= bytes.length ? undefined : recordAt(chunk, feed + 1);
}

function entryAt(offsets: Uint32Array, offset: number): RecordSpan | undefined {
  let low = 0;
  let high = offsets.length >> 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((offsets[2 * middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  const [start, end] = [offsets[2 * low], offsets[2 * low + 1]];
  return start === undefined || end === undefined ? undefined : { start, end };
}
