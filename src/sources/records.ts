import type { Records } from '../model/chunk.ts';
import type { Millis } from '../model/time.ts';
import type { LineTest } from './line-pattern.ts';

/** How several lines make one record. */
export interface Multiline {
  /** Tried on each line's text, without its line ending: a match begins a record. */
  readonly start: LineTest;
  /** How long a last record may still be followed by lines that belong to it. */
  readonly wait: Millis;
}

/** All lengths in bytes. */
export interface RecordLimits {
  readonly maxLine: number;
  readonly maxRecord: number;
}

/**
 * What is being left out where the bytes end: nothing, the rest of a line that was too long, the lines
 * of a record that was too long, or the rest of such a line. Part of a mark: a restart goes on with it.
 */
export type Skip = 'none' | 'line' | 'record' | 'recordLine';

/**
 * What may follow the bytes: `open`, more at any time; `idle`, nothing came for a while (ends a record
 * of several lines, never a line); `closed`, nothing ever (what is there is a record).
 */
export type Ending = 'open' | 'idle' | 'closed';

/** Whole records found in some bytes. `begin` to `end` holds them; the bytes from `used` on are to be given again. */
export interface Cut {
  readonly begin: number;
  readonly end: number;
  /** Offsets count from `begin`. */
  readonly records: Records;
  readonly used: number;
  /** Records cut for their length. */
  readonly shortened: number;
}

/** Cuts the bytes of one stream into records, block by block. */
export interface Cutter {
  readonly skip: Skip;
  /** `bytes`: what the call before left unused, and what follows it in the stream. */
  cut(bytes: Buffer, ending: Ending): Cut;
}

const lf = 0x0a;
const cr = 0x0d;

/** A cutter that begins with `skip`. */
export function createCutter(limits: RecordLimits, multiline?: Multiline, skip: Skip = 'none'): Cutter {
  return multiline === undefined
    ? createLineCutter(limits.maxLine, skip)
    : createRecordCutter(limits, multiline.start, skip);
}

function createLineCutter(maxLine: number, initial: Skip): Cutter {
  let skip: Skip = initial === 'none' ? 'none' : 'line';
  const cut = (bytes: Buffer, ending: Ending): Cut => {
    let begin = 0;
    if (skip === 'line') {
      const newline = bytes.indexOf(lf);
      if (newline < 0) return nothing(bytes.length);
      begin = newline + 1;
      skip = 'none';
    }
    const whole = Math.max(begin, bytes.lastIndexOf(lf) + 1);
    const rest = bytes.length - whole;
    if (rest > maxLine || hasLongLine(bytes, begin, whole, maxLine)) {
      const cutLong = tableOfLines(bytes, begin, whole, maxLine);
      if (rest > maxLine) skip = 'line';
      return cutLong;
    }
    if (ending === 'closed' && whole === begin && rest > 0)
      return table([begin, bytes.length], bytes.length, 0);
    return { begin, end: whole, records: { kind: 'lines' }, used: whole, shortened: 0 };
  };
  return {
    get skip() {
      return skip;
    },
    cut,
  };
}

/**
 * Whether a line between `from` and `to` (both line starts) is longer than `maxLine`. Hops from line
 * start to the last line start within reach, so a block costs a few look-ups, not one per line.
 */
function hasLongLine(bytes: Buffer, from: number, to: number, maxLine: number): boolean {
  for (let at = from; to - at > maxLine;) {
    const newline = bytes.lastIndexOf(lf, at + maxLine);
    if (newline < at) return true;
    at = newline + 1;
  }
  return false;
}

function tableOfLines(bytes: Buffer, from: number, whole: number, maxLine: number): Cut {
  const offsets: number[] = [];
  let shortened = 0;
  const add = (start: number, end: number): void => {
    if (end - start > maxLine) shortened += 1;
    offsets.push(start, Math.min(end, start + maxLine));
  };
  for (let at = from; at < whole;) {
    const newline = bytes.indexOf(lf, at);
    add(at, newline - at > maxLine ? newline : contentEnd(bytes, at, newline + 1));
    at = newline + 1;
  }
  const rest = bytes.length - whole;
  if (rest > maxLine) add(whole, bytes.length);
  return table(offsets, rest > maxLine ? bytes.length : whole, shortened);
}

function createRecordCutter(limits: RecordLimits, start: LineTest, initial: Skip): Cutter {
  const { maxLine, maxRecord } = limits;
  let skip = initial;
  /** Unused bytes in which no further record begins: they are not tried again. */
  let tried = 0;

  const begins = (bytes: Buffer, from: number, to: number): boolean =>
    start(bytes.toString('utf8', from, Math.min(contentEnd(bytes, from, to), from + maxLine)));

  const cut = (bytes: Buffer, ending: Ending): Cut => {
    const offsets: number[] = [];
    let shortened = 0;
    let record = 0;
    let line = tried;
    const close = (end: number): void => {
      if (end > record) offsets.push(record, contentEnd(bytes, record, end));
      record = end;
    };
    const shorten = (next: number, then: Skip): void => {
      offsets.push(record, record + maxRecord);
      shortened += 1;
      skip = then;
      record = next;
    };
    const take = (end: number): void => {
      if (begins(bytes, line, end)) {
        if (skip === 'none') close(line);
        skip = 'none';
        record = line;
      } else if (skip === 'record') record = end;
    };

    tried = 0;
    if (skip === 'line' || skip === 'recordLine') {
      const newline = bytes.indexOf(lf);
      if (newline < 0) return nothing(bytes.length);
      record = line = newline + 1;
      skip = skip === 'line' ? 'none' : 'record';
    }
    for (let newline = bytes.indexOf(lf, line); newline >= 0; newline = bytes.indexOf(lf, line)) {
      take(newline + 1);
      line = newline + 1;
      if (skip === 'none' && line - record > maxRecord) shorten(line, 'record');
    }
    const rest = bytes.length - line;
    if (rest > maxLine || (ending === 'closed' && rest > 0)) {
      take(bytes.length);
      if (skip === 'record') skip = 'recordLine';
      else if (bytes.length - record > maxRecord) shorten(bytes.length, 'recordLine');
      else if (ending === 'closed') close(bytes.length);
    }
    if (ending !== 'open' && skip === 'none' && record < line) close(line);
    if (skip === 'recordLine') record = bytes.length;
    tried = Math.max(0, line - record);
    return table(offsets, record, shortened);
  };
  return {
    get skip() {
      return skip;
    },
    cut,
  };
}

/** Where the content of the line or record `[from, end)` ends: before its LF or CR LF. */
function contentEnd(bytes: Buffer, from: number, end: number): number {
  if (end <= from || bytes[end - 1] !== lf) return end;
  return end - 2 >= from && bytes[end - 2] === cr ? end - 2 : end - 1;
}

function table(offsets: readonly number[], used: number, shortened: number): Cut {
  const begin = offsets[0] ?? used;
  const end = Math.max(begin, used);
  const relative = Uint32Array.from(offsets, (offset) => offset - begin);
  return { begin, end, records: { kind: 'table', offsets: relative }, used, shortened };
}

function nothing(used: number): Cut {
  return table([], used, 0);
}
