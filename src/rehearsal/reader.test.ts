import { expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { createReader } from './reader.ts';

const source = { name: 'files', format: 'auto' };
const timeOf = (line: string, others: readonly string[] = []): string =>
  new Date(createReader([line, ...others], source, 'UTC').event(line, undefined, 0).at).toISOString();

test('a stamp without a year is of one leap year, whatever the day', () => {
  expect(timeOf('Nov 20 10:00:06 web1 app: x')).toBe('2024-11-20T10:00:06.000Z');
  expect(timeOf('Feb 29 10:00:06 web1 app: x')).toBe('2024-02-29T10:00:06.000Z');
});

test('New Year lies between the last line of December and the first of January', () => {
  expect(timeOf('Dec 31 23:59:59 web1 app: x')).toBe('2024-12-31T23:59:59.000Z');
  expect(timeOf('Jan  1 00:00:01 web1 app: x')).toBe('2025-01-01T00:00:01.000Z');
});

test('a stamp with a year is true, also one of a later year than any clock shows', () => {
  expect(timeOf('2031-11-20T10:00:06Z web1 app: x')).toBe('2031-11-20T10:00:06.000Z');
  expect(timeOf('Nov 20 10:00:00 web1 app: x', ['2031-11-20T10:00:06Z web1 app: x'])).toBe(
    '2031-11-20T10:00:00.000Z',
  );
});

test('a line without a stamp has the time of the clock', () => {
  const reader = createReader(['x', 'y'], source, 'UTC');
  expect(reader.event('x', undefined, 0).at).toBe(reader.start);
  expect(reader.event('y', instant(5), 1)).toMatchObject({ at: 5, receivedAt: 5 });
});

test('a line is received when the clock shows it: no earlier than it was written', () => {
  const reader = createReader([], source, 'UTC');
  const receivedAt = (line: string, now: string): string =>
    new Date(reader.event(line, instant(Date.parse(now)), 1).receivedAt).toISOString();
  const line = '2024-11-20T10:05:00Z web1 app: x';
  expect(receivedAt(line, '2024-11-20T10:00:00Z')).toBe('2024-11-20T10:05:00.000Z');
  expect(receivedAt(line, '2024-11-20T10:09:00Z')).toBe('2024-11-20T10:09:00.000Z');
});

test('what ends with CR is read without it, as sources do', () => {
  const { event } = createReader([], source, 'UTC');
  expect(event('Nov 20 10:00:06 web1 app: x\r', undefined, 0)).toMatchObject({
    text: 'x',
    line: 'Nov 20 10:00:06 web1 app: x',
  });
});
