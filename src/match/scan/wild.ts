import type { MatchPorts } from '../contract.ts';

const BACKSLASH = Uint8Array.of(0x5c);
const BRACKET = Uint8Array.of(0x5b);

/**
 * Places that make a record of a format with escapes a candidate for every rule: a backslash, behind which
 * text can be written in another way, and a member whose value begins with a number in a list, as journald
 * writes messages that are not UTF-8.
 */
export function eachWild(bytes: Uint8Array, { indexOf }: MatchPorts, visit: (at: number) => void): void {
  for (let at = indexOf(bytes, BACKSLASH, 0); at >= 0; at = indexOf(bytes, BACKSLASH, at + 1)) visit(at);
  for (let at = indexOf(bytes, BRACKET, 0); at >= 0; at = indexOf(bytes, BRACKET, at + 1)) {
    if (isNumberList(bytes, at)) visit(at);
  }
}

function isNumberList(bytes: Uint8Array, bracket: number): boolean {
  let before = bracket - 1;
  while (isBlank(bytes[before])) before -= 1;
  if (bytes[before] !== 0x3a && bytes[before] !== 0x3d) return false;
  let after = bracket + 1;
  while (isBlank(bytes[after])) after += 1;
  const byte = bytes[after] ?? 0;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
