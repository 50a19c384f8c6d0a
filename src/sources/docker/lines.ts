import { instant, type Instant } from '../../model/time.ts';
import type { LogPiece } from './frames.ts';

/** One line that a container wrote. */
export interface LogLine {
  readonly stream: LogPiece['stream'];
  /** As Docker wrote it, to the nanosecond, always of one length; absent: the line has none. */
  readonly stamp: string | undefined;
  readonly text: Buffer;
  /** It was longer than allowed. */
  readonly shortened: boolean;
}

/** Cuts each stream into lines; a line's stamp (`timestamps=1`) stands before its text. */
export interface LineReader {
  read(piece: LogPiece): readonly LogLine[];
  /** Lines without an ending, when there will be no more. */
  end(): readonly LogLine[];
}

const lf = 0x0a;
/** `2014-09-16T06:17:46.000000000Z` and a blank. */
const stampLength = 30;
const stampForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

export function createLineReader(maxLine: number): LineReader {
  const most = maxLine + stampLength + 1;
  const carries = { stdout: createCarry(most), stderr: createCarry(most) };

  const lineOf = (stream: LogPiece['stream'], bytes: Buffer): LogLine => {
    const isStamped = hasStamp(bytes);
    const text = isStamped ? bytes.subarray(stampLength + 1) : bytes;
    const content = text.at(-1) === 0x0d ? text.subarray(0, -1) : text;
    return {
      stream,
      stamp: isStamped ? bytes.toString('latin1', 0, stampLength) : undefined,
      text: Buffer.from(content.subarray(0, maxLine)),
      shortened: content.length > maxLine,
    };
  };

  return {
    read({ stream, bytes: whole, begins }) {
      const lines: LogLine[] = [];
      // The engine keeps long lines in several messages, and each has a stamp.
      const goesOn = begins && !carries[stream].isEmpty() && hasStamp(whole);
      const bytes = goesOn ? whole.subarray(stampLength + 1) : whole;
      for (let at = 0; at < bytes.length;) {
        const end = bytes.indexOf(lf, at);
        const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
        carries[stream].add(piece);
        if (end < 0) break;
        lines.push(lineOf(stream, carries[stream].take()));
        at = end + 1;
      }
      return lines;
    },
    end: () =>
      (['stdout', 'stderr'] as const).flatMap((stream) => {
        const left = carries[stream].take();
        return left.length === 0 ? [] : [lineOf(stream, left)];
      }),
  };
}

const hasStamp = (bytes: Buffer): boolean =>
  bytes[stampLength] === 0x20 && stampForm.test(bytes.toString('latin1', 0, stampLength));

/** The beginning of a line, of one byte more than `most` at the most. */
function createCarry(most: number): { add(bytes: Buffer): void; take(): Buffer; isEmpty(): boolean } {
  let kept: Buffer[] = [];
  let length = 0;
  return {
    add(bytes) {
      const room = most + 1 - length;
      if (room <= 0 || bytes.length === 0) return;
      const taken = Buffer.from(bytes.subarray(0, room));
      kept.push(taken);
      length += taken.length;
    },
    isEmpty: () => length === 0,
    take() {
      const whole = Buffer.concat(kept);
      kept = [];
      length = 0;
      return whole;
    },
  };
}

/** The time of a stamp, without the parts of a millisecond. */
export function timeOfStamp(stamp: string): Instant | undefined {
  const at = Date.parse(`${stamp.slice(0, 23)}Z`);
  return Number.isNaN(at) ? undefined : instant(at);
}
