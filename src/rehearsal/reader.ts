import type { Event } from '../model/event.ts';
import { after, instant, latest, millis, seconds, type Instant } from '../model/time.ts';
import { createParser } from '../parse/event.ts';
import type { TestLine } from './contract.ts';

/** Makes events of the lines of a test. */
export interface LineReader {
  /** The time of a test whose lines do not say. */
  readonly start: Instant;
  /** `now`: the clock of the test, which a line without a time of its own has; absent: it is the first. */
  event(line: string, now: Instant | undefined, index: number): Event;
}

/** The end of a leap year: a stamp without a year is of this one, also 29 February. */
const endOfYear = instant(Date.UTC(2024, 11, 31, 12));
/** Not a whole second: no stamp of a line that anybody writes is this moment. */
const farAhead = instant(Date.UTC(2199, 11, 31, 12) + 1);
const beyond = instant(Date.UTC(2190, 0, 1));
const day = millis(86_400_000);

/**
 * Lines are read as of a fixed day, so that a test means the same on every day. Where lines tell their year,
 * that is the day of the latest of them.
 */
export function createReader(
  lines: readonly TestLine[],
  source: { readonly name: string; readonly format: string },
  zone: string,
): LineReader {
  const parser = createParser({ format: source.format, zone });
  const read = (line: string, reference: Instant, receivedAt: Instant, index: number): Event =>
    parser.parse(
      withoutEnd(line),
      { source: source.name, receivedAt, reference, position: { stream: 'test' } },
      index,
    ).event;
  const dated = lines.flatMap((item) => {
    const line = typeof item === 'string' ? item : item.line;
    const at = line === undefined ? farAhead : read(line, farAhead, farAhead, 0).at;
    return at < beyond ? [at] : [];
  });
  const asOf = dated.length === 0 ? endOfYear : after(instant(Math.max(...dated)), seconds(60));
  // As far ahead as a stamp without a year may be; what has this time had none of its own.
  const unstamped = instant(after(asOf, day) + 1);
  return {
    start: asOf,
    event(line, now, index) {
      const event = read(line, asOf, unstamped, index);
      const at = event.at === unstamped ? (now ?? asOf) : event.at;
      // It is written before it is read.
      return { ...event, at, receivedAt: latest(now ?? at, at) };
    },
  };
}

/** As a source gives it: of CR LF nothing is left. */
const withoutEnd = (line: string): string => line.replace(/\r?\n?$/, '');
