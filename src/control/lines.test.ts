import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLines } from './lines.ts';

/** What comes out when the bytes come in pieces of these lengths. */
function cut(bytes: Buffer, lengths: readonly number[], longest: number) {
  const lines = createLines(longest);
  const taken: string[] = [];
  let from = 0;
  for (const length of [...lengths, bytes.length]) {
    lines.add(bytes.subarray(from, from + length));
    from = Math.min(bytes.length, from + length);
    for (let line = lines.take(); line !== undefined; line = lines.take()) taken.push(line);
  }
  return { taken, tooLong: lines.tooLong() };
}

const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', '\n', '\0'), maxLength: 200 });
const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });

test('lines are the same however the bytes are cut', () => {
  fc.assert(
    fc.property(text, lengths, (whole, pieces) => {
      const { taken, tooLong } = cut(Buffer.from(whole), pieces, 10_000);
      expect(taken).toEqual(whole.split('\n').slice(0, -1));
      expect(tooLong).toBe(false);
    }),
  );
});

test('a line over the limit ends it all, wherever the cuts are', () => {
  fc.assert(
    fc.property(text, lengths, fc.integer({ min: 2, max: 30 }), (whole, pieces, longest) => {
      const bytes = Buffer.from(whole);
      const all = whole.split('\n').map((line) => Buffer.byteLength(line));
      const first = all.findIndex((length, index) =>
        index === all.length - 1 ? length >= longest : length + 1 > longest,
      );
      const { taken, tooLong } = cut(bytes, pieces, longest);
      expect(tooLong).toBe(first >= 0);
      expect(taken).toEqual(whole.split('\n').slice(0, first >= 0 ? first : -1));
    }),
  );
});
