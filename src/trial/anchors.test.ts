import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../model/chunk.ts';
import { instant, type Instant } from '../model/time.ts';
import { timesOf } from './anchors.ts';
import { recordAt } from '../match/record-at.ts';
import { createHistoryParser } from './stamps.ts';
import { referenceAfter } from './years.ts';

const day = 86_400_000;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const present = instant(Date.parse('2026-11-21T12:00:00Z'));
const parser = createHistoryParser('auto', 'UTC', present);

function line(time: number): string {
  const date = new Date(time);
  const month = months.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3);
  return `${month} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)} web1 cron[7]: x`;
}

function chunkOf(lines: readonly string[]): Chunk {
  const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
  const position = { stream: 's', begin: 0, end: bytes.length, mark: null };
  return {
    source: 's',
    bytes,
    records: { kind: 'lines' },
    position,
    receivedAt: present,
    reference: present,
  };
}

/** Every line of a chunk as its anchors date it. */
function dated(chunk: Chunk, before: Instant): readonly (Instant | undefined)[] {
  const decode = (start: number, end: number): string =>
    Buffer.from(chunk.bytes).toString('utf8', start, end);
  const { anchors, last } = timesOf(chunk, { before, until: present }, decode, parser.stamp);
  const found: (Instant | undefined)[] = [];
  for (let offset = 0; offset < chunk.bytes.length;) {
    const record = recordAt(chunk, offset);
    if (record === undefined) break;
    const anchor = anchors.find(({ end }) => end >= record.start);
    const reference = anchor?.reference ?? referenceAfter(last, present);
    found.push(parser.stamp(decode(record.start, record.end), reference));
    offset = record.end + 1;
  }
  return found;
}

test('every line of a piece gets its year, however long the time between two of them is', () => {
  const gaps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 3_600_000 }) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 * day }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 200 * day }) },
    ),
    { minLength: 1, maxLength: 120 },
  );
  fc.assert(
    fc.property(gaps, (lengths) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const begin = Math.floor((present - total) / 1000) * 1000;
      let time = begin;
      const times = lengths.map((length) => (time = Math.floor((time + length) / 1000) * 1000));
      expect(dated(chunkOf(times.map(line)), instant(begin))).toEqual(times);
    }),
  );
});

test('lines without a stamp between others mislead nobody', () => {
  const times = Array.from({ length: 40 }, (_, index) => Date.UTC(2020, 0, 1) + index * 30 * day);
  const lines = times.flatMap((time) => [line(time), '    at somewhere', '    at elsewhere']);
  const found = dated(chunkOf(lines), instant(times[0] ?? 0)).filter((at) => at !== undefined);
  expect(found).toEqual(times);
});

test('a piece in which nothing says when it was written has the time before it', () => {
  const before = instant(Date.UTC(2020, 0, 1));
  const decode = (): string => 'words';
  const times = timesOf(chunkOf(['words', 'words']), { before, until: present }, decode, parser.stamp);
  expect(times).toEqual({ anchors: [], last: before, isStamped: false });
});
