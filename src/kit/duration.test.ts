import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { formatDuration, longestDuration, parseDuration } from './duration.ts';

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['1d2h3m4s5ms', 93_784_005],
  ['0s', 0],
])('%s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '5',
  's',
  '-5s',
  '1.5h',
  '30m1h',
  '5m5m',
  '5 m',
  '5M',
  '5min',
  '1h ',
  '1e3s',
  '36501d',
  '999999999w',
])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: longestDuration }), (ms) => {
      const length = ms as typeof longestDuration;
      expect(parseDuration(formatDuration(length))).toBe(ms);
    }),
  );
});

test('a negative length keeps its sign', () => {
  expect(formatDuration(-90_000 as typeof longestDuration)).toBe('-1m30s');
});
