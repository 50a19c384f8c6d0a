import type { Chunk } from '../../model/chunk.ts';
import type { MatchPorts } from '../contract.ts';
import { lineFeed } from '../records.ts';

const BACKSLASH = Uint8Array.of(0x5c);
const BRACKET = Uint8Array.of(0x5b);
const BRACE = Uint8Array.of(0x7b);

/**
 * Places that make a record of a format with escapes a candidate for every rule: a backslash, behind which
 * text can be written in another way, and a member whose value begins with a number in a list, as journald
 * writes messages that are not UTF-8.
 */
export function eachWild(chunk: Chunk, ports: MatchPorts, visit: (at: number) => void): void {
  const { bytes } = chunk;
  const { indexOf } = ports;
  for (let at = indexOf(bytes, BACKSLASH, 0); at >= 0; at = indexOf(bytes, BACKSLASH, at + 1)) visit(at);
  let bracket = -1;
  eachObject(chunk, ports, (from, to) => {
    // Where the next one stands is not asked again: it may be far behind this record.
    if (bracket < from) bracket = bracketFrom(from);
    for (; bracket < to; bracket = bracketFrom(bracket + 1)) if (isNumberList(bytes, bracket)) visit(bracket);
  });

  function bracketFrom(from: number): number {
    const at = indexOf(bytes, BRACKET, from);
    return at < 0 ? bytes.length : at;
  }
}

/** What follows a brace in its record: only there has a list a name. Plain logs are full of brackets. */
function eachObject(
  { bytes, records }: Chunk,
  { indexOf }: MatchPorts,
  visit: (from: number, to: number) => void,
): void {
  for (let at = indexOf(bytes, BRACE, 0); at >= 0;) {
    const end = records.kind === 'lines' ? lineFeed(bytes, at) : bytes.length;
    visit(at, end);
    at = end < bytes.length ? indexOf(bytes, BRACE, end) : -1;
  }
}

function isNumberList(bytes: Uint8Array, bracket: number): boolean {
  let before = bracket - 1;
  while (isBlank(bytes[before])) before -= 1;
  if (bytes[before] !== 0x3a) return false;
  let after = bracket + 1;
  while (isBlank(bytes[after])) after += 1;
  const byte = bytes[after] ?? 0;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/**
 * Whether a record can be of a format with escapes at all: an object, a syslog head with its PRI, or a pair
 * `key=`. Errs on the side of yes; a property holds it to the formats that are recognised by themselves.
 */
export function mayEscape(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] as number) <= 0x20) at += 1;
  const first = bytes[at];
  if (first === OBJECT || first === PRI || first === COOKIE) return true;
  while (at < end && isKeyByte(bytes[at] as number)) at += 1;
  return bytes[at] === EQUALS;
}

const OBJECT = 0x7b;
const PRI = 0x3c;
const COOKIE = 0x40;
const EQUALS = 0x3d;

/** Letters, digits and `-./:@_`, and whatever is not ASCII. */
function isKeyByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x40 && byte <= 0x5a) ||
    (byte >= 0x2d && byte <= 0x3a) ||
    byte === 0x5f ||
    byte > 0x7f
  );
}
