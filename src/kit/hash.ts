/** Crockford's base 32: no I, L, O, U, so that an id survives being read aloud. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A 128-bit hash of a text in 26 characters of Crockford's base 32, upper case; equal texts give equal
 * hashes on every machine and in every version. MurmurHash3_x86_128 with seed 0 over the text's UTF-16
 * code units, low byte first. Not for secrets: whoever can choose texts can make two collide. The first
 * ten characters (50 bits) serve as short ids.
 */
export const hashText = (text: string): string => inBase32(murmur(text));

/** The first ten characters of `hashText`. */
export function shortHash(text: string): string {
  const [first, second] = murmur(text);
  let short = '';
  for (let shift = 27; shift >= 2; shift -= 5) short += digits[(first >>> shift) & 31];
  // Two bits of the first word are left over, and begin the next digit.
  short += digits[((first << 3) | (second >>> 29)) & 31];
  for (let shift = 24; shift >= 14; shift -= 5) short += digits[(second >>> shift) & 31];
  return short;
}

function inBase32(words: readonly number[]): string {
  let bits = 0;
  let held = 0;
  let out = '';
  for (const word of words) {
    for (let shift = 24; shift >= 0; shift -= 8) {
      held = ((held << 8) | ((word >>> shift) & 0xff)) & 0xfff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out += digits[(held >>> bits) & 31];
      }
    }
  }
  return out + digits[(held << (5 - bits)) & 31];
}

/** The four words of the hash, in the order of the reference's output. */
export function murmur(text: string): [number, number, number, number] {
  // Variables instead of arrays: every alert and every message is named by a hash.
  let [a, b, c, d] = [0, 0, 0, 0];
  const end = text.length & ~7;
  // Constants and order of operations are those of Austin Appleby's MurmurHash3.cpp (public domain).
  for (let at = 0; at < end; at += 8) {
    a = (Math.imul(rotate(a ^ scrambleA(wordAt(text, at)), 19) + b, 5) + 0x561ccd1b) | 0;
    b = (Math.imul(rotate(b ^ scrambleB(wordAt(text, at + 2)), 17) + c, 5) + 0x0bcaa747) | 0;
    c = (Math.imul(rotate(c ^ scrambleC(wordAt(text, at + 4)), 15) + d, 5) + 0x96cd1c35) | 0;
    d = (Math.imul(rotate(d ^ scrambleD(wordAt(text, at + 6)), 13) + a, 5) + 0x32ac3b17) | 0;
  }
  const bytes = text.length * 2;
  a ^= scrambleA(wordAt(text, end)) ^ bytes;
  b ^= scrambleB(wordAt(text, end + 2)) ^ bytes;
  c ^= scrambleC(wordAt(text, end + 4)) ^ bytes;
  d ^= scrambleD(wordAt(text, end + 6)) ^ bytes;
  const sum = (a + b + c + d) | 0;
  const first = avalanche(sum);
  const [second, third, fourth] = [avalanche(b + sum), avalanche(c + sum), avalanche(d + sum)];
  const all = (first + second + third + fourth) | 0;
  return [all >>> 0, (second + all) >>> 0, (third + all) >>> 0, (fourth + all) >>> 0];
}

const scrambleA = (word: number): number => Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789);
const scrambleB = (word: number): number => Math.imul(rotate(Math.imul(word, 0xab0e9789), 16), 0x38b34ae5);
const scrambleC = (word: number): number => Math.imul(rotate(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93);
const scrambleD = (word: number): number => Math.imul(rotate(Math.imul(word, 0xa1e38b93), 18), 0x239b961b);

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Four bytes from two code units; past the end of the text zeros, which leave the lanes unchanged. */
const wordAt = (text: string, index: number): number => unit(text, index) | (unit(text, index + 1) << 16);

const unit = (text: string, index: number): number => (index < text.length ? text.charCodeAt(index) : 0);
