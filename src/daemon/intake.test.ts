import { expect, test } from 'vitest';
import type { Chunk } from '../model/chunk.ts';
import { instant } from '../model/time.ts';
import { createIntake } from './intake.ts';
import { createMatchPorts } from './node-ports.ts';
import { programFrom } from '../../tests/property/kinds-samples.ts';

const hour = 3_600_000;
const now = instant(Date.UTC(2026, 10, 22, 12));
const intake = createIntake(
  { name: 'app', format: 'auto' },
  { rules: [], hash: '' },
  'UTC',
  createMatchPorts(),
);

/** What was there before it was looked at. */
const backlog = (text: string, more: Partial<Chunk> = {}): Chunk => ({
  source: 'app',
  bytes: Buffer.from(text),
  records: { kind: 'lines' },
  position: { stream: 'app.log', begin: 0, end: text.length, mark: null },
  receivedAt: now,
  reference: instant(now - hour),
  ...more,
});

test('a chunk ends when its last record was written, if that says so', () => {
  expect(intake.endOf(backlog('2026-11-20T10:00:00Z a b: c\n2026-11-20T11:00:00Z a b: d\n'))).toBe(
    Date.UTC(2026, 10, 20, 11),
  );
  expect(intake.endOf(backlog('2026-11-20T10:00:00Z a b: c\nno time\n'))).toBeUndefined();
  expect(intake.endOf(backlog(''))).toBeUndefined();
});

test('what a source knows of its time goes before what its words say', () => {
  const text = '2001-01-01T00:00:00Z it began';
  const at = instant(now - 2 * hour);
  const records = { kind: 'table', offsets: Uint32Array.of(0, text.length) } as const;
  expect(intake.endOf(backlog(text, { records, facts: [{ at }] }))).toBe(at);
});

const wanting = createIntake(
  { name: 'app', format: 'auto' },
  programFrom([{ id: 'a', match: 'wanted', alert: {} }]),
  'UTC',
  createMatchPorts(),
);
const timesOf = (chunk: Chunk): readonly (readonly [number, boolean])[] =>
  [...wanting.take(chunk)].map(({ event, isTimed }) => [event.at, isTimed]);

test('a line of a backlog that says no time was written when the one before it was, whether a rule wants that or not', () => {
  const at = Date.UTC(2026, 10, 20, 10);
  const text = '2026-11-20T10:00:00Z a b: something else\nno time either\nwanted\nwanted too\n';
  expect(timesOf(backlog(text))).toEqual([
    [at, true],
    [at, false],
  ]);
  expect(
    timesOf(backlog('wanted\n', { position: { stream: 'other.log', begin: 0, end: 7, mark: null } })),
  ).toEqual([[now, false]]);
});
