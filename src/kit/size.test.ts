import { expect, test } from 'vitest';
import { formatSize, parseSize } from './size.ts';

test.each([
  ['0B', 0],
  ['512B', 512],
  ['64KiB', 65_536],
  ['2GiB', 2_147_483_648],
  ['10MB', 10_000_000],
  ['1kB', 1000],
])('%s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', '64', 'KiB', '1.5GiB', '64kib', '64 KiB', '-1B', '9iB', '999999999999TiB'])(
  'refuses %j',
  (text) => {
    expect(parseSize(text)).toBeUndefined();
  },
);

test.each([
  [0, '0B'],
  [1023, '1023B'],
  [65_536, '64KiB'],
  [1_610_612_736, '1.5GiB'],
])('%d is written %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
