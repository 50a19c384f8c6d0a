import { assert, constantFrom, nat, oneof, property, string, array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, cutBytes, graphemes, truncate } from './text.ts';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const whole = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

const pieces = constantFrom(
  'a',
  ' ',
  'é',
  'e\u0301',
  '👨‍👩‍👧‍👦',
  '🇫',
  '🇷',
  '👍🏽',
  '\r\n',
  '\u200d',
  '한',
  '\ud83d',
  'क्षि',
);
const texts = oneof(
  array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  string({ unit: 'binary' }),
);

describe('graphemes', () => {
  test('are those of the standard, also over the borders of what is looked at at once', () => {
    assert(
      property(texts, nat({ max: 1200 }), (text, before) => {
        const long = 'x'.repeat(before) + text;
        expect([...graphemes(long)]).toEqual(
          whole(long).flatMap((grapheme) => (grapheme.length > 64 ? [...graphemes(grapheme)] : [grapheme])),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('one without end comes in pieces of whole code points', () => {
    const zalgo = `e${'\u0301'.repeat(5000)}`;
    const flags = '👩‍'.repeat(3000);
    for (const text of [zalgo, flags]) {
      const found = [...graphemes(text)];
      expect(found.join('')).toBe(text);
      expect(found.every((grapheme) => grapheme.length <= 64 && !/\p{Surrogate}/u.test(grapheme))).toBe(true);
    }
  });
});

describe('truncate', () => {
  test.each([
    ['hello', 5, 'hello'],
    ['hello!', 5, 'hell…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 1, '…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 2, '👨‍👩‍👧‍👦👨‍👩‍👧‍👦'],
    ['abc', 0, ''],
  ])('%j to %d graphemes is %j', (text, max, cut) => {
    expect(truncate(text, max)).toBe(cut);
  });

  test('never has more graphemes than asked for', () => {
    assert(
      property(texts, nat({ max: 20 }), (text, max) => [...graphemes(truncate(text, max))].length <= max),
      { numRuns: 500 },
    );
  });
});

describe('cutBytes', () => {
  test('keeps a beginning that fits, and no grapheme more would', () => {
    const encoder = new TextEncoder();
    assert(
      property(texts, nat({ max: 80 }), (text, max) => {
        const cut = cutBytes(text, max);
        expect(text.startsWith(cut)).toBe(true);
        expect(encoder.encode(cut).length).toBeLessThanOrEqual(max);
        const [next] = graphemes(text.slice(cut.length));
        if (next !== undefined) expect(encoder.encode(cut + next).length).toBeGreaterThan(max);
      }),
      { numRuns: 500 },
    );
  });

  test('counts bytes as an encoder does', () => {
    assert(property(texts, (text) => byteLength(text) === new TextEncoder().encode(text).length));
  });
});
