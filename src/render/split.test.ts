import { describe, expect, test } from 'vitest';
import type { TextShape } from './shape.ts';
import { splitText } from './split.ts';

const shape = (limit: number, maxParts: number): TextShape => ({
  limit,
  maxParts,
  measure: (text) => text.length,
  neutralise: (text) => text,
  layout: 'line',
});

describe('splitText', () => {
  test('what fits stays whole, without a mark', () => {
    expect(splitText('all of it', shape(9, 3))).toEqual(['all of it']);
    expect(splitText('', shape(9, 3))).toEqual(['']);
  });

  test('cuts between words and counts the marks in', () => {
    expect(splitText('one two three four five six', shape(20, 3))).toEqual([
      'one two three (1/2)',
      'four five six (2/2)',
    ]);
  });

  test('a word that is too long is cut', () => {
    expect(splitText('abcdefghijklmnopqrstuvwxyz', shape(19, 9))).toEqual([
      'abcdefghijklm (1/2)',
      'nopqrstuvwxyz (2/2)',
    ]);
  });

  test('never right before a sign, where a mention would begin', () => {
    expect(splitText('abcdefghijkl@example more of it', shape(18, 9))[0]).toBe('abcdefghijk (1/3)');
  });

  test('what does not fit in the parts is cut and said so', () => {
    const parts = splitText('word '.repeat(100), shape(60, 2));
    expect(parts).toHaveLength(2);
    expect(parts[1]).toMatch(/^word .* … \((\d+) characters more\) \(2\/2\)$/);
    const kept = parts.join(' ').match(/word/g)?.length ?? 0;
    const missing = Number(/(\d+) characters more/.exec(parts[1] ?? '')?.[1]);
    expect(kept * 5 + missing).toBe(500);
  });

  test('one part only', () => {
    expect(splitText('word '.repeat(100), shape(60, 1))).toEqual([
      expect.stringMatching(/^(?:word )+… \(\d+ characters more\)$/),
    ]);
    expect(splitText('abcdefghij', shape(5, 1))).toEqual(['abcd…']);
  });

  test('more than nine parts have wider marks', () => {
    const parts = splitText('12345 '.repeat(40), shape(18, 99));
    expect(parts.length).toBeGreaterThan(9);
    expect(parts.at(-1)).toBe(`12345 (${parts.length}/${parts.length})`);
    expect(parts.every((part) => part.length <= 18)).toBe(true);
  });
});
