import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, instant, millis, type Instant } from '../model/time.ts';
import { createHistoryParser } from './stamps.ts';
import { datesOf, referenceAfter } from './years.ts';

const day = 86_400_000;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const at = (text: string): Instant => instant(Date.parse(text));
const present = at('2026-11-21T12:00:00Z');
const parser = createHistoryParser('auto', 'UTC', present);

/** A syslog line as written at a time: without its year. */
function line(time: number): string {
  const date = new Date(time);
  const month = months.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3);
  return `${month} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)} web1 cron[7]: x`;
}

const seconds = (time: number): number => Math.floor(time / 1000) * 1000;

test('files of a set are dated from the newest back, however many years they cover', () => {
  const gap = fc.integer({ min: 0, max: 300 * day });
  fc.assert(
    fc.property(
      fc.array(fc.array(gap, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 3000 * day }),
      (files, ago) => {
        // Backwards from the end: the times of all lines, newest first.
        const end = seconds(present - ago);
        let time = end;
        const written = files.map((gaps) =>
          gaps.map((length) => (time = seconds(time - length))).toReversed(),
        );
        const inOrder = written.toReversed();
        const samples = inOrder.map((times, index) => ({
          records: times.map(line),
          // Rotated files may have been copied: only the newest tells when it was written last.
          until: index === inOrder.length - 1 ? instant(end) : present,
        }));
        const spans = datesOf(samples, parser.stamp);
        expect(spans.map(({ from }) => from)).toEqual(inOrder.map(([first]) => first));
      },
    ),
  );
});

test('a stamp after another is read in the year that lies ahead, within three quarters of one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1996, 0, 1), max: Date.UTC(2026, 0, 1) }),
      fc.integer({ min: -90 * day, max: 270 * day }),
      (start, step) => {
        const before = instant(seconds(start));
        const then = instant(seconds(before + step));
        expect(parser.stamp(line(then), referenceAfter(before, present))).toBe(then);
      },
    ),
  );
});

test('New Year and 29 February are where they belong', () => {
  const newYear = at('2024-01-01T00:00:01Z');
  expect(parser.stamp(line(newYear), referenceAfter(at('2023-12-31T23:59:59Z'), present))).toBe(newYear);
  const leapDay = at('2024-02-29T10:00:00Z');
  expect(parser.stamp(line(leapDay), referenceAfter(at('2024-02-28T10:00:00Z'), present))).toBe(leapDay);
});

test('a line of December in a file of January is of the year before', () => {
  const until = at('2026-01-03T00:00:00Z');
  const records = ['Dec 30 10:00:00 h p: x', 'Jan  2 10:00:00 h p: x'];
  expect(datesOf([{ records, until }], parser.stamp)).toEqual([{ from: at('2025-12-30T10:00:00Z'), until }]);
});

test('lines that came late, or of a clock that was wrong, do not move a file to another year', () => {
  const written = at('2026-11-20T10:01:00Z');
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 29 * day }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 0, max: day }), { minLength: 2, maxLength: 5 }),
      (late, gaps) => {
        let time = seconds(written);
        const records = gaps.flatMap((gap, index) => {
          time = seconds(time - gap);
          return [line(time), line(seconds(time - (late[index] ?? 0)))];
        });
        const [span] = datesOf([{ records: records.toReversed(), until: written }], parser.stamp);
        expect(written - (span?.from ?? 0)).toBeLessThanOrEqual(36 * day);
      },
    ),
  );
});

test('what says its year is believed, unless it lies ahead', () => {
  expect(parser.stamp('2019-03-04T05:06:07Z h p: x', present)).toBe(at('2019-03-04T05:06:07Z'));
  expect(parser.stamp('2099-03-04T05:06:07Z h p: x', present)).toBeUndefined();
  expect(parser.stamp('no time at all', after(present, millis(0)))).toBeUndefined();
});
