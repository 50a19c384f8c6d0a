import { present } from '../../kit/assert.ts';
import type { MatchPorts } from '../contract.ts';
import { byteRarity } from '../literals/rarity.ts';
import { standsAt, type Finder, type Needle } from './needle.ts';

/** Most needles for which one search after another is faster than one pass for all. */
const MOST = 3;

/**
 * Bits of a first byte from which on a short part is searched: the machine looks for the first byte of a short
 * text, some ten bytes at a time, and skips along a longer one.
 */
const RARE_BITS = 7;
const SHORT = 7;

/** Looks for each needle by itself with the machine's search; undefined when there are too many. */
export function createSearchFinder(needles: readonly Needle[], { indexOf }: MatchPorts): Finder | undefined {
  if (needles.length > MOST || needles.some(({ ignoreCase }) => ignoreCase)) return undefined;
  const parts = needles.map(({ bytes }) => partOf(bytes));
  return (bytes, report) => {
    for (const [number, { part, offset }] of parts.entries()) {
      const needle = present(needles[number], 'needle');
      for (let at = indexOf(bytes, part, 0); at >= 0; at = indexOf(bytes, part, at + 1)) {
        if (standsAt(needle, bytes, at - offset)) report(number, at - offset);
      }
    }
    return 0;
  };
}

/** A short part with a rare first byte, if there is one; else all of it. */
function partOf(bytes: Uint8Array): { readonly part: Uint8Array; readonly offset: number } {
  let offset = 0;
  for (let index = 1; index + SHORT <= bytes.length; index += 1) {
    if (byteRarity(bytes[index] ?? 0) > byteRarity(bytes[offset] ?? 0)) offset = index;
  }
  const rare = byteRarity(bytes[offset] ?? 0) >= RARE_BITS;
  return rare ? { part: bytes.subarray(offset, offset + SHORT), offset } : { part: bytes, offset: 0 };
}
