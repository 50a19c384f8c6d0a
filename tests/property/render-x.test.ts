import { createRequire } from 'node:module';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitText } from '../../src/render/split.ts';
import { weightedLength } from '../../src/render/x-length.ts';
import { neutraliseForPost } from '../../src/render/x-neutralise.ts';
import { xPostShape } from '../../src/render/x-text.ts';
import { size } from '../size.ts';

/** The part of X's own library that is asked. */
interface TwitterText {
  parseTweet(text: string): { readonly weightedLength: number; readonly valid: boolean };
  extractEntitiesWithIndices(text: string): readonly unknown[];
}

// CommonJS without types; only these tests know it.
const x = createRequire(import.meta.url)('twitter-text') as TwitterText;

const words =
  'a com . co uk - _ あ 한국 рф / : http:// https:// @ # $ 1 2.3.4.5 é t.co xn--p1ai ❤ 👨 👩 🏽 🇫 🇷 ＠ ＃ ＄ 。 ． PATH & ! x % ? = ~ ( ) ' +
  'foo.py Main.java 日本 ٣ " \' [ ] , ; + * < > | ^ ` {';
const invisible = '\u200b \u200d \ufe0f \u20e3 \u202e \ufffe \u0301 \u{e0067} \u0000 \r \ud800';
const pieces = constantFrom(...`${words} ${invisible}`.split(' '), ' ', '\n', 'RT @');
const texts = oneof(
  array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => `https://${parts.join('')}.co`),
  array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  string({ unit: 'binary' }),
  string({ unit: 'grapheme' }),
);

describe("against X's own library", () => {
  test('no text is longer for X than for us', () => {
    assert(
      property(texts, (text) => weightedLength(text) >= x.parseTweet(text).weightedLength),
      { numRuns: size('X_TEXTS', 4000, 40_000) },
    );
  });

  test.each('❤️‍🔥 🫱🏻‍🫲🏽 🐦‍🔥 ♾️ ⚧️ 👯🏻 💏🏽 🧍🏽‍♀️ 👰‍♂️ 🧔🏻‍♂️ 🧑‍🎄 🏃🏻‍➡️ 🏳️‍⚧️ 👩🏻‍❤️‍💋‍👩🏿 😶‍🌫️ 🇨🇶 👁️‍🗨️ 🤌🏿 🙂‍↕️'.split(' '))(
    'an emoji that X may not know yet (%s) counts at least as much as there',
    (emoji) => {
      expect(weightedLength(emoji)).toBeGreaterThanOrEqual(x.parseTweet(emoji).weightedLength);
    },
  );

  test('where nothing looks like a host name, both count the same', () => {
    const ordinary = constantFrom(
      ...'abc xyz 0189 é ñ ü “ ” … – — € 日本 한국 あ рф ❤️ ❤ 👨‍👩‍👧‍👦 👍🏽 👩‍💻 🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ ☺️ 🙂 . , : / # @ $'.split(
        ' ',
      ),
      ' ',
      '\n',
      'e\u0301',
    );
    assert(
      property(array(ordinary, { maxLength: 30 }), (parts) => {
        const text = parts.join(' ');
        expect(weightedLength(text)).toBe(x.parseTweet(text).weightedLength);
      }),
      { numRuns: 3000 },
    );
  });

  test('neutral text has no mention, hashtag, cashtag or URL, and doing it again changes nothing', () => {
    assert(
      property(texts, (text) => {
        const neutral = neutraliseForPost(text);
        expect(x.extractEntitiesWithIndices(neutral)).toEqual([]);
        expect(neutraliseForPost(neutral)).toBe(neutral);
      }),
      { numRuns: size('X_TEXTS', 4000, 40_000) },
    );
  });

  test('every part of a post is valid for X and neutral', () => {
    assert(
      property(array(texts, { minLength: 1, maxLength: 40 }), (many) => {
        for (const part of splitText(neutraliseForPost(`post ${many.join(' ')}`), xPostShape)) {
          expect(x.extractEntitiesWithIndices(part)).toEqual([]);
          expect(x.parseTweet(part)).toMatchObject({ valid: true });
        }
      }),
      { numRuns: 500 },
    );
  });
});
