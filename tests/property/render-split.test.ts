import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphemes } from '../../src/kit/text.ts';
import type { TextShape } from '../../src/render/shape.ts';
import { splitText } from '../../src/render/split.ts';
import { xDmShape, xPostShape } from '../../src/render/x-text.ts';

const plain = (limit: number, maxParts: number): TextShape => ({
  limit,
  maxParts,
  measure: (text) => text.length,
  neutralise: (text) => text,
  layout: 'line',
});

const words = constantFrom(
  'a',
  'word',
  'longer-word',
  ' ',
  '  ',
  '\n',
  '日本語',
  'é',
  '👨‍👩‍👧‍👦',
  '👍🏽',
  '🇫🇷',
  'x'.repeat(90),
  '@',
  '.',
  'foo.py',
);
const texts = oneof(
  array(words, { maxLength: 150 }).map((parts) => parts.join('')),
  string({ unit: 'grapheme', maxLength: 600 }),
);
const shapes = oneof(
  integer({ min: 64, max: 300 }).map((limit) => plain(limit, 200)),
  integer({ min: 64, max: 300 }).map((limit) => ({ ...xPostShape, limit, maxParts: 200 })),
);

const withoutMark = (part: string): string => part.replace(/ \(\d+\/\d+\)$/, '');
const dense = (text: string): string => text.replace(/\s+/g, '');

describe('the parts of a text', () => {
  test('fit, are numbered, and give the text again', () => {
    assert(
      property(texts, shapes, (text, shape) => {
        const neutral = shape.neutralise(text);
        const parts = splitText(neutral, shape);
        for (const part of parts) expect(shape.measure(part)).toBeLessThanOrEqual(shape.limit);
        if (parts.length === 1) {
          expect(parts[0]).toBe(neutral.trimEnd());
        } else {
          expect(parts.map((part) => / \((.*)\)$/.exec(part)?.[1])).toEqual(
            parts.map((_, i) => `${i + 1}/${parts.length}`),
          );
          expect(dense(parts.map(withoutMark).join(''))).toBe(dense(neutral));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('keep graphemes whole', () => {
    assert(
      property(texts, shapes, (text, shape) => {
        const whole = new Set(graphemes(text));
        const parts = splitText(text, shape).map(withoutMark);
        for (const part of parts) for (const grapheme of graphemes(part)) expect(whole).toContain(grapheme);
      }),
      { numRuns: 300 },
    );
  });

  test('are at most as many as the shape allows, and then the last one says what is missing', () => {
    assert(
      property(
        texts,
        integer({ min: 64, max: 300 }),
        integer({ min: 1, max: 3 }),
        (text, limit, maxParts) => {
          const shape = plain(limit, maxParts);
          const parts = splitText(text, shape);
          expect(parts.length).toBeLessThanOrEqual(maxParts);
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
          const complete = dense(parts.map(withoutMark).join('')) === dense(text);
          expect(complete || /… \(\d+ characters more\)/.test(parts.at(-1) ?? '')).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each(['word ', 'x', '@', '日', '👨‍👩‍👧‍👦', 'e\u0301\u0316\u0301', ' ', 'a.b', '\u0301\u0316', '👩‍'])(
    'of ten megabytes of %j come in bounded time',
    (piece) => {
      const text = piece.repeat(10_000_000 / piece.length);
      for (const shape of [xPostShape, xDmShape, plain(280, 3)]) {
        const started = performance.now();
        const parts = splitText(text, shape);
        // A hang guard: work bounded by the shape takes milliseconds.
        expect(performance.now() - started).toBeLessThan(5000);
        for (const part of parts) expect(shape.measure(part)).toBeLessThanOrEqual(shape.limit);
      }
    },
  );
});
