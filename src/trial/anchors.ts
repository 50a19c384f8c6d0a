import type { Chunk } from '../model/chunk.ts';
import { latest, type Instant } from '../model/time.ts';
import { fewRecords, lastStamped } from '../match/last-stamped.ts';
import { recordAfter, recordAt, type RecordSpan } from '../match/record-at.ts';
import { referenceAfter, type ReadStamp } from './years.ts';

/** By what time stamps of a stretch of a chunk are read: up to `end`, which ascends. */
export interface Anchor {
  readonly end: number;
  readonly reference: Instant;
}

/** How a chunk lies in time. */
export interface ChunkTimes {
  readonly anchors: readonly Anchor[];
  /** When its last record that says so was written; when the one before the chunk was, if none does. */
  readonly last: Instant;
  /** Whether any record looked at says when it was written. */
  readonly isStamped: boolean;
}

/** Where a file stands in time: the time reached so far, and the end that nothing in it is later than. */
export interface Standing {
  readonly before: Instant;
  readonly until: Instant;
}

/** A step back longer than this is no disorder: time may have gone on by nearly a year. */
const disorder = 86_400_000;
/** Records looked at in every chunk. Not a power of two: what repeats in a log often does so by such. */
const looks = 7;
/** Longer stretches are looked at more closely: within a shorter one no year can be mistaken. */
const longStretch = 60 * 86_400_000;

/** Looks at a few records of a chunk, and at more where the time between two of them is long. */
export function timesOf(
  chunk: Chunk,
  { before, until }: Standing,
  decode: (start: number, end: number) => string,
  read: ReadStamp,
): ChunkTimes {
  const anchors: Anchor[] = [];
  const stampOf = ({ start, end }: RecordSpan, from: Instant): Instant | undefined =>
    read(decode(start, end), referenceAfter(from, until));

  /** Settles what lies between a record and a later one that was written some time after `from`. */
  const settle = (low: number, from: Instant, offset: number): Instant => {
    const stamped = lastStamped(chunk, offset, low, (record) => stampOf(record, from));
    if (stamped === undefined) return from;
    const { record, at } = stamped;
    if (at - from > longStretch || from - at > disorder) {
      const middle = recordAt(chunk, Math.max(0, (low + record.start) >> 1));
      if (middle !== undefined && middle.start > low && middle.start < record.start) {
        const between = settle(low, from, middle.start);
        return settle(middle.start, between, record.start);
      }
    }
    anchors.push({ end: record.end, reference: latest(from, at) });
    return at;
  };

  let last = before;
  for (let step = 1; step <= looks; step += 1) {
    const offset = Math.floor(((chunk.bytes.length - 1) * step) / looks);
    last = settle(anchors.at(-1)?.end ?? -1, last, offset);
  }
  return { anchors, last, isStamped: anchors.length > 0 };
}

/** When the first record was written, or one of the few after it; undefined: they do not say. */
export function firstStamp(
  chunk: Chunk,
  { anchors }: ChunkTimes,
  decode: (start: number, end: number) => string,
  read: ReadStamp,
): Instant | undefined {
  const [first] = anchors;
  let record = first === undefined ? undefined : recordAt(chunk, 0);
  for (let tried = 0; first !== undefined && record !== undefined && tried < fewRecords; tried += 1) {
    const at = read(decode(record.start, record.end), first.reference);
    if (at !== undefined) return at;
    const next = recordAfter(chunk, record);
    record = next !== undefined && next.start > record.start ? next : undefined;
  }
  return undefined;
}
