import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { hashText, murmur, shortHash } from './hash.ts';

/** The code units whose low-byte-first bytes are those of an ASCII text of even length. */
const fromBytes = (ascii: string): string =>
  ascii.replace(/(.)(.)/gs, (_, low: string, high: string) =>
    String.fromCharCode(low.charCodeAt(0) | (high.charCodeAt(0) << 8)),
  );

const hex = (text: string): string =>
  murmur(text)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');

test('agrees with published values of MurmurHash3_x86_128', () => {
  expect(hex('')).toBe('00000000000000000000000000000000');
  expect(hex(fromBytes('I will not buy this record, it is scratched.'))).toBe(
    'a0a9683b25ac5e40d9af2895890dddf5',
  );
});

test('is 26 characters of base 32 and never changes between versions', () => {
  expect(hashText('')).toBe('00000000000000000000000000');
  expect(hashText('ssh-brute-force')).toMatchInlineSnapshot(`"M6GF3C7Y1D13AFKZ1KV5HQD4PC"`);
  fc.assert(fc.property(fc.string(), (text) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(hashText(text))));
});

test('writes all 128 bits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let value = 0n;
      for (const digit of hashText(text))
        value = value * 32n + BigInt('0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit));
      expect((value >> 2n).toString(16).padStart(32, '0')).toBe(hex(text));
    }),
  );
});

test('is short by its first ten characters', () => {
  fc.assert(fc.property(fc.string(), (text) => shortHash(text) === hashText(text).slice(0, 10)));
});

test('tells texts apart, also by trailing zero characters', () => {
  const seen = new Set<string>();
  for (let index = 0; index < 20_000; index += 1) seen.add(hashText(`key ${index}`).slice(0, 10));
  expect(seen.size).toBe(20_000);
  expect(hashText('a')).not.toBe(hashText('a\0'));
});
