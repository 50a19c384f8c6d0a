/** Crockford's base 32: no I, L, O, U, so that an id survives being read aloud. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A 128-bit hash of a text in 26 characters of Crockford's base 32, upper case; equal texts give equal
 * hashes on every machine and in every version. MurmurHash3_x86_128 with seed 0 over the text's UTF-16
 * code units, low byte first. Not for secrets: whoever can choose texts can make two collide. The first
 * ten characters (50 bits) serve as short ids.
 */
export function hashText(text: string): string {
  const words = murmur(text);
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

type Lanes = [number, number, number, number];

// Constants and order of operations are those of Austin Appleby's MurmurHash3.cpp (public domain).
const multipliers: Lanes = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
const keyTurns: Lanes = [15, 16, 17, 18];
const turns: Lanes = [19, 17, 15, 13];
const addends: Lanes = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17];
const lanes = [0, 1, 2, 3] as const;

/** The four words of the hash, in the order of the reference's output. */
export function murmur(text: string): Lanes {
  const h: Lanes = [0, 0, 0, 0];
  const blocks = text.length >>> 3;
  for (let block = 0; block < blocks; block += 1) {
    for (const lane of lanes) {
      const word = wordAt(text, block * 8 + lane * 2);
      h[lane] ^= scramble(word, lane);
      h[lane] = rotate(h[lane], turns[lane]) + h[((lane + 1) & 3) as 0 | 1 | 2 | 3];
      h[lane] = (Math.imul(h[lane], 5) + addends[lane]) | 0;
    }
  }
  for (const lane of lanes) h[lane] ^= scramble(wordAt(text, blocks * 8 + lane * 2), lane);
  return finish(h, text.length * 2);
}

function finish(h: Lanes, bytes: number): Lanes {
  for (const lane of lanes) h[lane] ^= bytes;
  blend(h);
  for (const lane of lanes) h[lane] = avalanche(h[lane]);
  blend(h);
  return h.map((word) => word >>> 0) as Lanes;
}

function blend(h: Lanes): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0;
  for (const lane of [1, 2, 3] as const) h[lane] = (h[lane] + h[0]) | 0;
}

const scramble = (word: number, lane: 0 | 1 | 2 | 3): number =>
  Math.imul(rotate(Math.imul(word, multipliers[lane]), keyTurns[lane]), multipliers[((lane + 1) & 3) as 0]);

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Four bytes from two code units; past the end of the text zeros, which leave the lanes unchanged. */
const wordAt = (text: string, index: number): number => unit(text, index) | (unit(text, index + 1) << 16) | 0;

const unit = (text: string, index: number): number => (index < text.length ? text.charCodeAt(index) : 0);
