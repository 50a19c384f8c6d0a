import type { Chunk } from '../model/chunk.ts';
import type { Instant } from '../model/time.ts';
import { recordAt, type RecordSpan } from './record-at.ts';

/** So many records may stand between one without a stamp and the one whose time it shares. */
export const fewRecords = 20;

/** The last record up to `offset`, and after `low`, of which `read` finds a time; few are looked at. */
export function lastStamped(
  chunk: Chunk,
  offset: number,
  low: number,
  read: (record: RecordSpan) => Instant | undefined,
): { readonly record: RecordSpan; readonly at: Instant } | undefined {
  let record = recordAt(chunk, offset);
  for (let tried = 0; tried < fewRecords && record !== undefined && record.start > low; tried += 1) {
    const at = read(record);
    if (at !== undefined) return { record, at };
    record = record.start === 0 ? undefined : recordAt(chunk, record.start - 1);
  }
  return undefined;
}
