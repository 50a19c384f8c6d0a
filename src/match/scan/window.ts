import { byteRarity } from '../literals/rarity.ts';
import type { Needle } from './needle.ts';

/** The part of a needle that a finder looks for first. */
export interface Window {
  /** The needle's number. */
  readonly needle: number;
  readonly bytes: Uint8Array;
  /** Where the part begins in the needle. */
  readonly offset: number;
}

/**
 * The rarest part of `length` bytes of a needle (all of it when it is shorter), with a preference for parts
 * that end in rare bytes: that is where a skipping finder looks.
 */
export function rarestWindow(needle: Needle, number: number, length: number): Window {
  const { bytes } = needle;
  const width = Math.min(length, bytes.length);
  let best = 0;
  let most = -1;
  for (let offset = 0; offset + width <= bytes.length; offset += 1) {
    const bits = weigh(bytes, offset, offset + width) + 2 * weigh(bytes, offset + width - 3, offset + width);
    if (bits > most) [best, most] = [offset, bits];
  }
  return { needle: number, bytes: bytes.subarray(best, best + width), offset: best };
}

function weigh(bytes: Uint8Array, from: number, to: number): number {
  let bits = 0;
  for (let index = Math.max(from, 0); index < to; index += 1) bits += byteRarity(bytes[index] ?? 0);
  return bits;
}
