import { lastStamped } from '../match/last-stamped.ts';
import { countRecords } from '../match/records.ts';
import type { MatchPorts, Scanner } from '../match/contract.ts';
import { present } from '../kit/assert.ts';
import type { Candidate, Chunk } from '../model/chunk.ts';
import type { Event } from '../model/event.ts';
import { latest, type Instant } from '../model/time.ts';
import { openArchive, type ArchiveReader } from '../sources/archive/open.ts';
import type { ArchiveFile, ArchiveSet } from '../sources/archive/sets.ts';
import type { RecordOptions } from '../sources/record-options.ts';
import { createCutter, type Cutter } from '../sources/records.ts';
import { firstStamp, timesOf, type ChunkTimes } from './anchors.ts';
import type { HistoryParser } from './stamps.ts';
import { referenceAfter, type FileSpan } from './years.ts';

/** Counts of what was read. */
export interface HistoryCounts {
  lines: number;
  /** Bytes of logs, unpacked. */
  bytes: number;
  candidates: number;
  /** Records cut for their length. */
  shortened: number;
  /** Between which times the records lie. */
  first: Instant | undefined;
  last: Instant | undefined;
}

/** How the files of a set are read. */
export interface HistoryWay {
  readonly source: string;
  readonly scanner: Scanner;
  readonly parser: HistoryParser;
  readonly ports: Pick<MatchPorts, 'decode'>;
  readonly records: RecordOptions;
  readonly maxLine: number;
  /** Rules that see records as bytes. */
  readonly byteRules: ReadonlySet<number>;
  readonly spans: readonly FileSpan[];
  /** What could not be read. */
  readonly failed: (path: string, detail: string) => void;
}

/** An event that some rules may match. */
export interface Step {
  readonly event: Event;
  readonly rules: readonly number[];
}

/**
 * One log in its order, piece by piece: what rules may match as events, of everything else the time that
 * passes. `at` never goes back.
 */
export interface HistoryStream {
  readonly source: string;
  readonly counts: HistoryCounts;
  /** Bytes on disk read so far. */
  taken(): number;
  /** Reads the next piece; false: there is none. Only when `at()` is undefined. */
  load(): boolean | Promise<boolean>;
  /** When the next step of this piece is; undefined: the piece is over. */
  at(): Instant | undefined;
  /** The next step; undefined: only time passes, up to `at()`. */
  take(): Step | undefined;
  close(): void;
}

/** Fits into the processor's cache together with what the scanner needs. */
const pieceBytes = 128 * 1024;

/** Opens nothing yet. */
export function openHistory(set: ArchiveSet, way: HistoryWay): HistoryStream {
  const { ports, parser, scanner } = way;
  const counts: HistoryCounts = {
    lines: 0,
    bytes: 0,
    candidates: 0,
    shortened: 0,
    first: undefined,
    last: undefined,
  };
  let file = -1;
  let reader: ArchiveReader | undefined;
  let cutter: Cutter | undefined;
  let buffer = Buffer.allocUnsafeSlow(2 * pieceBytes);
  /** What of the buffer is filled, and from where on it was not used yet. */
  let filled = 0;
  let offset = 0;
  let takenBefore = 0;

  let chunk: Chunk | undefined;
  /** Those of the chunk, and which of them is next. */
  let candidates: readonly Candidate[] = [];
  let nextCandidate = 0;
  let times: ChunkTimes | undefined;
  let anchor = 0;
  let standing: { before: Instant; until: Instant } = { before: 0 as Instant, until: 0 as Instant };
  /** The time that the stream as a whole has reached. */
  let reached = 0 as Instant;
  let pending: Step | undefined;
  let isOpen = false;
  /** The log begins with its first record, also where no rule looks at that. */
  let begins = false;

  const current = (): ArchiveFile => present(set.files[file], 'file of a set');

  const openNext = (): boolean => {
    closeFile();
    file += 1;
    const next = set.files[file];
    const span = way.spans[file];
    if (next === undefined || span === undefined) return false;
    reader = openArchive(next);
    cutter = createCutter({ maxLine: way.maxLine, maxRecord: way.records.maxRecord }, way.records.multiline);
    filled = 0;
    offset = 0;
    standing = { before: span.from, until: span.until };
    return true;
  };

  const closeFile = (): void => {
    if (reader === undefined) return;
    takenBefore += reader.taken();
    const trouble = reader.trouble();
    if (trouble !== undefined) way.failed(current().path, trouble);
    reader.close();
    reader = undefined;
  };

  const load = (): boolean | Promise<boolean> => {
    for (;;) {
      if (reader === undefined && !openNext()) return false;
      if (filled + pieceBytes > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(2 * buffer.length);
        buffer.copy(larger, 0, 0, filled);
        buffer = larger;
      }
      const read = present(reader, 'reader').read(buffer.subarray(0, filled + pieceBytes), filled);
      if (typeof read !== 'number') return read.then((bytes) => (cutPiece(bytes) ? true : load()));
      if (cutPiece(read)) return true;
    }
  };

  /** Makes a chunk of what was read; false: there is no whole record in it, or the file is over. */
  const cutPiece = (read: number): boolean => {
    filled += read;
    const bytes = buffer.subarray(0, filled);
    const cut = present(cutter, 'cutter').cut(bytes, read === 0 ? 'closed' : 'open');
    const begin = offset + cut.begin;
    offset += cut.used;
    // The rest stays where it is until the chunk is done with: it is moved when the next piece is read.
    rest = { from: cut.used, to: filled };
    counts.shortened += cut.shortened;
    if (read === 0 && cut.used >= filled) closeFile();
    if (cut.end === cut.begin) {
      moveRest();
      return false;
    }
    begun({
      source: way.source,
      bytes: bytes.subarray(cut.begin, cut.end),
      records: cut.records,
      position: { stream: current().path, begin, end: offset, mark: null },
      receivedAt: standing.until,
      reference: standing.until,
    });
    return true;
  };

  let rest = { from: 0, to: 0 };
  const moveRest = (): void => {
    buffer.copyWithin(0, rest.from, rest.to);
    filled = rest.to - rest.from;
    rest = { from: 0, to: filled };
  };

  const begun = (next: Chunk): void => {
    chunk = next;
    const { bytes } = next;
    counts.bytes += bytes.length;
    counts.lines += countRecords(next);
    const decode = (start: number, end: number): string => ports.decode(bytes, start, end, 'utf8');
    times = timesOf(next, standing, decode, parser.stamp);
    anchor = 0;
    candidates = [...scanner.scan(next)];
    nextCandidate = 0;
    isOpen = true;
    const first = counts.first === undefined ? firstStamp(next, times, decode, parser.stamp) : undefined;
    if (first === undefined) {
      advance();
      counts.first ??= pending?.event.at ?? times.last;
      return;
    }
    counts.first = first;
    reached = latest(reached, first);
    begins = true;
  };

  const advance = (): void => {
    const next = candidates[nextCandidate];
    nextCandidate += 1;
    pending = next === undefined ? undefined : stepOf(next);
    if (pending !== undefined) reached = latest(reached, pending.event.at);
    else if (times !== undefined) reached = latest(reached, times.last);
  };

  const stepOf = (candidate: Candidate): Step => {
    const { bytes, position } = present(chunk, 'chunk');
    const { start, end, rules } = candidate;
    counts.candidates += 1;
    const record = ports.decode(bytes, start, end, 'utf8');
    const place = { source: way.source, stream: position.stream, offset: position.begin + start };
    const { event, isStamped } = parser.event(record, place, referenceFor(start));
    const at = isStamped ? event.at : timeBefore(start);
    // The event was made for this step alone, and nobody has seen it yet.
    const made = event as { -readonly [Name in keyof Event]: Event[Name] };
    made.at = at;
    made.receivedAt = at;
    if (way.byteRules.size > 0 && rules.some((rule) => way.byteRules.has(rule))) {
      const raw = ports.decode(bytes, start, end, 'latin1');
      if (raw !== record) made.bytes = raw;
    }
    return { event, rules };
  };

  const referenceFor = (start: number): Instant => {
    const { anchors, last } = present(times, 'times of the chunk');
    while (anchor < anchors.length && (anchors[anchor]?.end ?? 0) < start) anchor += 1;
    return anchors[anchor]?.reference ?? referenceAfter(last, standing.until);
  };

  /** A record without a stamp was written when the one before it was. */
  const timeBefore = (start: number): Instant => {
    const { isStamped } = present(times, 'times of the chunk');
    const here = present(chunk, 'chunk');
    if (!isStamped || start === 0) return standing.before;
    const reference = referenceFor(start);
    const found = lastStamped(here, start - 1, -1, (record) =>
      parser.stamp(ports.decode(here.bytes, record.start, record.end, 'utf8'), reference),
    );
    return found?.at ?? latest(reached, standing.before);
  };

  return {
    source: way.source,
    counts,
    taken: () => takenBefore + (reader?.taken() ?? 0),
    load() {
      moveRest();
      return load();
    },
    at: () => (isOpen ? reached : undefined),
    take() {
      if (begins) {
        begins = false;
        advance();
        return undefined;
      }
      const step = pending;
      if (step !== undefined) {
        advance();
        return step;
      }
      isOpen = false;
      const { last } = present(times, 'times of the chunk');
      standing = { ...standing, before: last };
      counts.last = reached;
      return undefined;
    },
    close: closeFile,
  };
}
