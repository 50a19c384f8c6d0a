import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../model/chunk.ts';
import { instant } from '../model/time.ts';
import { countRecords, eachRecord, records } from './records.ts';

function chunk(text: string, offsets?: readonly number[]): Chunk {
  const bytes = new TextEncoder().encode(text);
  return {
    source: 's',
    bytes,
    records:
      offsets === undefined ? { kind: 'lines' } : { kind: 'table', offsets: Uint32Array.from(offsets) },
    position: { stream: 's', begin: 0, end: bytes.length, mark: null },
    receivedAt: instant(0),
    reference: instant(0),
  };
}

test.each<[string, string[]]>([
  ['', []],
  ['a\nbc\n', ['a', 'bc']],
  ['a\r\n\r\nb\r', ['a', '', 'b\r']],
  ['\n\n', ['', '']],
  ['a\rb\r\r\n', ['a\rb\r']],
  ['last line without an end', ['last line without an end']],
])('%j holds %j', (text, expected) => {
  const seen: string[] = [];
  eachRecord(chunk(text), (start, end) => seen.push(text.slice(start, end)));
  expect(seen).toEqual(expected);
  expect([...records(chunk(text))].map(([start, end]) => text.slice(start, end))).toEqual(expected);
});

test('a table gives its records as they stand', () => {
  const seen: [number, number][] = [];
  eachRecord(chunk('ab\ncd\nef\n', [0, 5, 6, 8]), (start, end) => seen.push([start, end]));
  expect(seen).toEqual([
    [0, 5],
    [6, 8],
  ]);
  expect([...records(chunk('ab\ncd\nef\n', [0, 5, 6, 8]))]).toEqual(seen);
});

test('records are counted without cutting them, wherever their bytes lie in memory', () => {
  const near = fc.constantFrom(0x0a, 0x0a, 0x0b, 0x09, 0x8a, 0x00, 0x0d, 0xff);
  fc.assert(
    fc.property(fc.array(near, { maxLength: 60 }), fc.nat(5), (bytes, shift) => {
      const whole = Uint8Array.from([...Array.from({ length: shift }, () => 0x0a), ...bytes]);
      const cut = { ...chunk(''), bytes: whole.subarray(shift) };
      expect(countRecords(cut)).toBe([...records(cut)].length);
    }),
  );
  expect(countRecords(chunk('ab\ncd\n', [0, 5]))).toBe(1);
});
