import { charsOf, without } from './charset.ts';
import { NEWLINE, NOT_NEWLINE, shortClass, VERTICAL } from './classes.ts';
import { literal } from './parse-literal.ts';
import { codeEscape, octal } from './parse-number.ts';
import { accept, acceptMatch, looksAt, refuse, skipIgnored, takeChar, warn, type Reader } from './reader.ts';
import type { AssertionKind, Node } from './syntax.ts';

const ASSERTIONS: ReadonlyMap<string, AssertionKind> = new Map([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'beforeFinalNewline'],
  ['b', 'word'],
  ['B', 'notWord'],
]);

/** What has no counterpart here, with what to write instead. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['G', 'use \\A: matching always begins at the start of the text'],
  ['X', 'use . for one character'],
  ['C', 'use . for one character'],
  ['p', 'use a POSIX class such as [[:alpha:]], or list the characters in […]'],
  ['P', 'use a POSIX class such as [[:^alpha:]], or list the characters in [^…]'],
]);

/** Escapes of Perl's string syntax, which a pattern read at run time does not have. */
const STRING_ESCAPES = 'QELUlu';

/** An escape outside of a class; the backslash at `at` was read. Undefined for `\Q`, `\E` and `\K`. */
export function parseEscape(reader: Reader, at: number): Node | undefined {
  const letter = takeChar(reader);
  if (letter === '') {
    refuse(reader, 'syntax', at, 'the pattern ends with a backslash', 'the character itself is written \\\\');
    return undefined;
  }
  if (STRING_ESCAPES.includes(letter)) return stringEscape(reader, letter, at);
  if (letter === 'K') return keep(reader, at);
  const hint = REFUSED.get(letter);
  if (hint !== undefined) return refusedEscape(reader, letter, at, hint);
  return (
    assertionOrClass(reader, letter, at) ?? reference(reader, letter, at) ?? character(reader, letter, at)
  );
}

/** It may be repeated, and what follows be looked at: what stands for it is never run. */
const standIn = (at: number): Node => ({ type: 'set', at, set: NOT_NEWLINE });

function refusedEscape(reader: Reader, letter: string, at: number, hint: string): Node {
  const property = acceptMatch(reader, /\{[^}]+\}|[CLMNPSZ]/y);
  if (/[pP]/.test(letter) && property === undefined)
    refuse(reader, 'syntax', at, `\\${letter} is followed by a property: \\${letter}{Lu}`);
  else refuse(reader, 'unsupported', at, `\\${letter} is not supported`, hint);
  return standIn(at);
}

function assertionOrClass(reader: Reader, letter: string, at: number): Node | undefined {
  const kind = ASSERTIONS.get(letter);
  if (kind !== undefined) {
    if ((letter === 'b' || letter === 'B') && accept(reader, '{')) {
      const code = acceptMatch(reader, /(?:gcb|g|lb|sb|wb)\}/y) === undefined ? 'syntax' : 'unsupported';
      refuse(reader, code, at, `\\${letter}{…} is not supported`, `use \\${letter}`);
    }
    return { type: 'assertion', at, kind };
  }
  if (letter === 'R') return lineBreak(at);
  const set = letter === 'N' ? notNewline(reader) : shortClass(letter);
  return set === undefined ? undefined : { type: 'set', at, set };
}

/** `\N` unless it is `\N{U+…}` or a name; `\N{3}` is `\N` three times. */
function notNewline(reader: Reader): typeof NOT_NEWLINE | undefined {
  return !looksAt(reader, '{') || beginsCount(reader) ? NOT_NEWLINE : undefined;
}

function beginsCount(reader: Reader): boolean {
  const count = /\{[ \t]*(?:\d+[ \t]*(?:,[ \t]*\d*)?|,[ \t]*\d+)[ \t]*\}/y;
  count.lastIndex = reader.at;
  return count.test(reader.source);
}

function lineBreak(at: number): Node {
  const pair: Node = {
    type: 'sequence',
    of: [
      { type: 'set', at, set: charsOf('\r') },
      { type: 'set', at, set: NEWLINE },
    ],
  };
  const bareReturn: Node = {
    type: 'sequence',
    of: [
      { type: 'set', at, set: charsOf('\r') },
      { type: 'look', at, behind: false, negative: true, of: { type: 'set', at, set: NEWLINE } },
    ],
  };
  const others: Node = { type: 'set', at, set: without(VERTICAL, charsOf('\r')) };
  return { type: 'alternation', of: [pair, others, bareReturn] };
}

function stringEscape(reader: Reader, letter: string, at: number): Node | undefined {
  if (!reader.quoting) {
    warn(reader, 'quoting', at, `Perl reads \\${letter} as the letter ${letter} in a pattern from a file`);
    return literal(reader, letter.charCodeAt(0), at);
  }
  if (letter === 'Q') reader.quoted = true;
  else if (letter !== 'E') {
    refuse(
      reader,
      'unsupported',
      at,
      `\\${letter} is not supported`,
      'write the letters in the case they have',
    );
  }
  return undefined;
}

/** `\K` moves the start of the match, which nobody asks for here. */
function keep(reader: Reader, at: number): undefined {
  if (reader.looks > 0) refuse(reader, 'syntax', at, '\\K cannot stand in a lookahead or lookbehind');
  skipIgnored(reader);
  if (/[*+?]/.test(reader.source.charAt(reader.at)) || beginsCount(reader)) {
    refuse(reader, 'unsupported', at, '\\K cannot be repeated');
  }
}

function reference(reader: Reader, letter: string, at: number): Node | undefined {
  reader.referred ||= /[kg1-9]/.test(letter);
  if (letter === 'k') return namedReference(reader, at);
  if (letter === 'g') return groupReference(reader, at);
  return /[1-9]/.test(letter) ? numbered(reader, letter, at) : undefined;
}

/** `\1` to `\9` always refer; more digits only if there are so many groups, else they are octal. */
function numbered(reader: Reader, first: string, at: number): Node | undefined {
  const rest = /\d*/y;
  rest.lastIndex = reader.at;
  const digits = first + (rest.exec(reader.source)?.[0] ?? '');
  const number = Number(digits);
  if (number > 9 && number > reader.known.count && first < '8') {
    return literal(reader, octal(reader, first), at);
  }
  reader.at += digits.length - 1;
  return backreference(reader, number, at);
}

function groupReference(reader: Reader, at: number): Node | undefined {
  const found = acceptMatch(reader, /(?:(-?\d+)|\{[ \t]*(-?\d+)[ \t]*\}|\{[ \t]*([A-Za-z_]\w*)[ \t]*\})/y);
  if (found === undefined)
    return badReference(reader, at, '\\g is followed by a group: \\g1, \\g{-1}, \\g{name}');
  const [, bare, braced, name] = found;
  if (name !== undefined) return byName(reader, name, at);
  const number = Number(bare ?? braced);
  const absolute = (bare ?? braced)?.startsWith('-') ? reader.groups + 1 + number : number;
  return backreference(reader, absolute, at);
}

function namedReference(reader: Reader, at: number): Node | undefined {
  const found = acceptMatch(reader, /(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'|\{[ \t]*([A-Za-z_]\w*)[ \t]*\})/y);
  if (found === undefined) return badReference(reader, at, '\\k is followed by a name: \\k<name>');
  return byName(reader, found[1] ?? found[2] ?? found[3] ?? '', at);
}

/** `\k<name>`, `\g{name}` and `(?P=name)`. */
export function byName(reader: Reader, name: string, at: number): Node | undefined {
  reader.referred = true;
  const numbers = reader.known.names.get(name);
  if (numbers === undefined && reader.known.count !== Infinity) {
    return badReference(reader, at, `there is no group named ${name}`);
  }
  return { type: 'backreference', at, numbers: numbers ?? [], ignoreCase: reader.flags.i };
}

function backreference(reader: Reader, number: number, at: number): Node | undefined {
  if (number < 1 || number > reader.known.count) return badReference(reader, at, 'there is no such group');
  return { type: 'backreference', at, numbers: [number], ignoreCase: reader.flags.i };
}

function badReference(reader: Reader, at: number, message: string): undefined {
  refuse(reader, 'reference', at, message);
}

function character(reader: Reader, letter: string, at: number): Node | undefined {
  const code = codeEscape(reader, letter, at);
  if (code !== undefined) return literal(reader, code, at);
  if (letter === 'N') {
    refuse(
      reader,
      'unsupported',
      at,
      'characters by name are not supported',
      'write \\N{U+263A} or \\x{263a}',
    );
    return standIn(at);
  }
  if (/[A-Za-z]/.test(letter))
    warn(reader, 'escape', at, `\\${letter} is no escape: it means the letter ${letter}`);
  return literal(reader, letter.codePointAt(0) ?? 0, at);
}
