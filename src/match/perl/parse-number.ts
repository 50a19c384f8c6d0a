import { LAST_CODE_POINT } from './charset.ts';
import { accept, acceptMatch, refuse, takeChar, type Reader } from './reader.ts';

const PLAIN: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/**
 * The code point of an escape that names one, in or outside of a class: `\n`, `\x41`, `\x{263a}`, `\o{101}`,
 * `\cA`, `\N{U+41}`, `\012`. The backslash and `letter` were read. Undefined when it is another escape.
 */
export function codeEscape(reader: Reader, letter: string, at: number): number | undefined {
  switch (letter) {
    case 'x':
      return hexadecimal(reader, at);
    case 'o':
      return octalBraces(reader, at);
    case 'c':
      return control(reader, at);
    case '0':
      return Number.parseInt(acceptMatch(reader, /[0-7]{0,2}/y)?.[0] || '0', 8);
    case 'N':
      return namedCode(reader, at);
    default:
      return PLAIN.get(letter);
  }
}

/** Octal digits of which the first, `digit`, was read; three at most. */
export function octal(reader: Reader, digit: string): number {
  return Number.parseInt(digit + (acceptMatch(reader, /[0-7]{0,2}/y)?.[0] ?? ''), 8);
}

function hexadecimal(reader: Reader, at: number): number {
  if (!accept(reader, '{')) return Number.parseInt(acceptMatch(reader, /[0-9A-Fa-f]{0,2}/y)?.[0] || '0', 16);
  const found = acceptMatch(reader, /[ \t]*([0-9A-Fa-f_]*)[ \t]*\}/y);
  if (found === undefined) return malformed(reader, at, '\\x{…} holds hexadecimal digits');
  return inRange(reader, Number.parseInt(found[1]?.replaceAll('_', '') || '0', 16), at);
}

function octalBraces(reader: Reader, at: number): number {
  const found = acceptMatch(reader, /\{[ \t]*([0-7_]+)[ \t]*\}/y);
  if (found === undefined) return malformed(reader, at, '\\o{…} holds octal digits');
  return inRange(reader, Number.parseInt(found[1]?.replaceAll('_', '') || '0', 8), at);
}

function namedCode(reader: Reader, at: number): number | undefined {
  const found = acceptMatch(reader, /\{[ \t]*U\+([0-9A-Fa-f]+)[ \t]*\}/y);
  return found === undefined ? undefined : inRange(reader, Number.parseInt(found[1] ?? '0', 16), at);
}

function control(reader: Reader, at: number): number {
  const code = takeChar(reader).toUpperCase().charCodeAt(0);
  if (!(code >= 0x20 && code < 0x7f) || code === 0x7b)
    return malformed(reader, at, '\\c is followed by a printable ASCII character other than {');
  return code ^ 0x40;
}

/** Text read as UTF-8 holds no surrogates, so one of these could never match. */
function inRange(reader: Reader, code: number, at: number): number {
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code <= LAST_CODE_POINT && !surrogate ? code : malformed(reader, at, 'no such character');
}

function malformed(reader: Reader, at: number, message: string): number {
  refuse(reader, 'syntax', at, message);
  return 0;
}
