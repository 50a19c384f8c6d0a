import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOf, isGsm, smsBits } from './sms-alphabet.ts';
import { smsShape } from './sms-text.ts';
import { transliterate } from './sms-transliterate.ts';
import { splitText } from './split.ts';

describe('bitsOf', () => {
  test.each([
    ['', 0],
    ['hello', 5 * 7],
    ['é€{', 7 + 14 + 14],
    ['e\u0301', 2 * 16],
    ['a…', 2 * 16],
    ['🐦', 2 * 16],
    ['`', 16],
  ])('%j takes %i', (text, bits) => {
    expect(bitsOf(text)).toBe(bits);
  });

  test('one SMS holds 160 letters, or 80 of the extension, or 70 of all others', () => {
    expect(bitsOf('x'.repeat(160))).toBe(smsBits);
    expect(bitsOf('~'.repeat(80))).toBe(smsBits);
    expect(bitsOf('日'.repeat(70))).toBe(smsBits);
  });
});

describe('transliterate', () => {
  test.each([
    ['ça va, é à ö ß', 'ca va, é à ö ß'],
    ['“Łódź” — naïve…', '"Lodz" - naive...'],
    ['e\u0301', 'é'],
    ['7 × `x` · y → z', "7 x 'x' - y -> z"],
    ['½ ﬁle ①', '1/2 file 1'],
    ['диск 日本 🐦', 'диск 日本 🐦'],
    ['a\tb\u00a0c', 'a b c'],
  ])('%j becomes %j', (text, expected) => {
    expect(transliterate(text)).toBe(expected);
  });

  test('leaves what phones have, is the same done twice, and never makes a text dearer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const spelled = transliterate(text);
        expect(transliterate(spelled)).toBe(spelled);
        if (isGsm(text)) expect(spelled).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('smsShape', () => {
  const parts = (text: string, maxSegments = 3, spell = true): readonly string[] => {
    const shape = smsShape({ maxSegments, transliterate: spell });
    return splitText(shape.neutralise(text), shape);
  };

  test('160 letters are one SMS, 161 are two', () => {
    expect(parts('x'.repeat(160))).toHaveLength(1);
    expect(parts('x'.repeat(161))).toHaveLength(2);
    expect(parts('…'.repeat(53), 3, true)).toEqual(['.'.repeat(159)]);
    expect(parts('…'.repeat(71), 3, false)).toHaveLength(2);
  });

  test('says how much is missing in letters that cost nothing more', () => {
    const [only = ''] = parts('word '.repeat(100), 1);
    expect(only).toMatch(/^(?:word )+\.\.\. \(\d+ characters more\)$/);
    expect(bitsOf(only)).toBeLessThanOrEqual(smsBits);
    expect(bitsOf(only)).toBeGreaterThan(smsBits - 6 * 7);
  });

  test('does not cut a letter of two units', () => {
    for (const part of parts('🐦'.repeat(200))) expect(part).not.toMatch(/\p{Surrogate}/u);
  });

  test('a foreign letter in one part does not make the other parts dearer', () => {
    expect(parts(`${'x'.repeat(150)} ${'y'.repeat(60)}日`)).toHaveLength(2);
  });

  test('keeps every part within one SMS, and all words while there is room', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 600 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (text, most, spell) => {
          const made = parts(text, most, spell);
          expect(made.length).toBeLessThanOrEqual(most);
          for (const part of made) expect(bitsOf(part)).toBeLessThanOrEqual(smsBits);
        },
      ),
      { numRuns: 200 },
    );
  });
});
