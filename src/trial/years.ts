import { instant, millis, type Instant } from '../model/time.ts';

/** When a record was written, as its last possible reading at most a day after `reference`. */
export type ReadStamp = (record: string, reference: Instant) => Instant | undefined;

/** What is known of one file of a set before it is read. */
export interface FileSample {
  /** Some records in the order of the file, the first one among them if it can be had. */
  readonly records: readonly string[];
  /** Nothing in the file is later: when it was last written, or what its name says. */
  readonly until: Instant;
}

/** Between which times a file lies. */
export interface FileSpan {
  /** About when its first record was written; with no record that tells, `until`. */
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * Dates the files of one set, oldest first, although their stamps may lack a year: from the newest back,
 * because only the end of a log is known by itself. Each stamp is the last one that is not later than
 * the one after it, or only as much later as lines may be out of order.
 */
export function datesOf(files: readonly FileSample[], read: ReadStamp): readonly FileSpan[] {
  const spans: FileSpan[] = [];
  let next = instant(Infinity);
  for (const { records, until } of files.toReversed()) {
    const bound = instant(Math.min(until, next));
    let at = bound;
    for (const record of records.toReversed()) {
      const stamp = read(record, instant(Math.min(at + outOfOrder, bound)));
      if (stamp !== undefined) at = instant(Math.min(at, stamp));
    }
    spans.push({ from: at, until: bound });
    next = at;
  }
  return spans.toReversed();
}

/** A log that seems to stand still for the rest of a year has rather lines of another clock, or that came late. */
const outOfOrder = 30 * 86_400_000;

/** How far a log may go back in time without that being taken for a step forward by almost a year. */
const backwards = millis(92 * 86_400_000);
const year = 365 * 86_400_000;

/** The reference by which a stamp is read that follows a record written at `before`, in a log that ends by `until`. */
export const referenceAfter = (before: Instant, until: Instant): Instant =>
  instant(Math.min(before + year - backwards, until));
