import type { Chunk } from '../../model/chunk.ts';
import { withoutReturn } from '../records.ts';

/** The byte range of a record. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the record around a place; the places asked for ascend. Undefined between two records. Lines are
 * cut only where something was found.
 */
export type RecordAt = (place: number) => Range | undefined;

export function createRecordCursor({ bytes, records }: Chunk): RecordAt {
  return records.kind === 'lines' ? lineCursor(bytes) : tableCursor(records.offsets);
}

const LF = 0x0a;

function lineCursor(bytes: Uint8Array): RecordAt {
  return (place) => {
    // A loop: lines are short, and a call of the machine's search costs more than most of them.
    let start = place;
    while (start > 0 && bytes[start - 1] !== LF) start -= 1;
    let feed = place;
    while (feed < bytes.length && bytes[feed] !== LF) feed += 1;
    return { start, end: withoutReturn(bytes, start, feed) };
  };
}

function tableCursor(offsets: Uint32Array): RecordAt {
  let entry = 0;
  return (place) => {
    while (entry + 1 < offsets.length && (offsets[entry + 1] ?? 0) <= place) entry += 2;
    const [start, end] = [offsets[entry], offsets[entry + 1]];
    return start !== undefined && end !== undefined && start <= place ? { start, end } : undefined;
  };
}
