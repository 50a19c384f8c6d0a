import { ANY, NONE } from './charset.ts';
import { NOT_NEWLINE } from './classes.ts';
import { parseBracket } from './parse-bracket.ts';
import { parseEscape } from './parse-escape.ts';
import { parseParenthesis } from './parse-group.ts';
import { literal } from './parse-literal.ts';
import {
  accept,
  acceptMatch,
  atEnd,
  createReader,
  looksAt,
  refuse,
  skipIgnored,
  takeChar,
  warn,
} from './reader.ts';
import type { KnownGroups, Reader } from './reader.ts';
import { alternation, EMPTY, sequence, type AssertionKind, type Node, type Syntax } from './syntax.ts';

/** Deepest nesting of groups. */
const MAX_DEPTH = 200;

/** Perl's own limit of a counted repetition (REG_INFTY - 1 in Perl 5.36). */
const MAX_COUNT = 65_534;

/**
 * Parses the text of a pattern as Perl 5.36 reads it (perlre, perlrecharclass, perlrebackslash). It
 * never fails: mistakes are in `problems`. A text with references is read twice, since what `\10` and `\k<name>` mean
 * depends on groups that may come later.
 */
export function parsePattern(source: string, quoting: boolean): Syntax {
  const first = parseAll(source, quoting, { count: Infinity, names: new Map() });
  if (!first.referred) return first.syntax;
  const { groups, names } = first.syntax;
  return parseAll(source, quoting, { count: groups, names }).syntax;
}

function parseAll(
  source: string,
  quoting: boolean,
  known: KnownGroups,
): { readonly syntax: Syntax; readonly referred: boolean } {
  const reader = createReader(source, quoting, known);
  const parts = [parseAlternation(reader)];
  while (!atEnd(reader)) {
    refuse(reader, 'syntax', reader.at, 'unmatched )', 'a parenthesis in the text is written \\)');
    reader.at += 1;
    parts.push(parseAlternation(reader));
  }
  const { groups, names, problems, referred } = reader;
  return { syntax: { root: sequence(parts), groups, names, problems }, referred };
}

/** Branches up to a closing parenthesis or the end. `reset`: each branch numbers its groups anew. */
export function parseAlternation(reader: Reader, reset = false): Node {
  const branches: Node[] = [];
  const before = reader.groups;
  let highest = before;
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) {
    refuse(reader, 'limit', reader.at, `groups are nested more than ${String(MAX_DEPTH)} deep`);
    reader.at = reader.source.length;
  }
  do {
    if (reset) reader.groups = before;
    branches.push(parseSequence(reader));
    highest = Math.max(highest, reader.groups);
  } while (accept(reader, '|'));
  reader.groups = highest;
  reader.depth -= 1;
  return alternation(branches);
}

function parseSequence(reader: Reader): Node {
  const nodes: Node[] = [];
  for (;;) {
    skipIgnored(reader);
    if (endsSequence(reader)) return sequence(nodes);
    const at = reader.at;
    const atom = parseAtom(reader);
    if (atom === undefined) continue;
    skipIgnored(reader);
    nodes.push(parseQuantifier(reader, atom, at));
  }
}

function endsSequence(reader: Reader): boolean {
  if (atEnd(reader)) return true;
  return !reader.quoted && (looksAt(reader, '|') || looksAt(reader, ')'));
}

/** One atom; undefined for what is none, such as `(?i)`. */
function parseAtom(reader: Reader): Node | undefined {
  const at = reader.at;
  if (reader.quoted) return parseQuoted(reader);
  const { flags } = reader;
  const char = takeChar(reader);
  switch (char) {
    case '(':
      return parseParenthesis(reader, at, parseAlternation);
    case '[':
      return parseBracket(reader, at);
    case '\\':
      return parseEscape(reader, at);
    case '^':
      return assertion(at, flags.m ? 'lineStart' : 'start');
    case '$':
      return assertion(at, flags.m ? 'lineEnd' : 'beforeFinalNewline');
    case '.':
      return { type: 'set', at, set: flags.s ? ANY : NOT_NEWLINE };
    case '*':
    case '+':
    case '?':
      refuse(
        reader,
        'syntax',
        at,
        `nothing to repeat before ${char}`,
        `the character itself is written \\${char}`,
      );
      return undefined;
    case '{':
      refuseBrace(reader, at);
      return literal(reader, 0x7b, at);
    default:
      return literal(reader, char.codePointAt(0) ?? 0, at);
  }
}

/** Perl keeps a brace after an escape for what is to come: `\d{x` is a mistake, `a{x` is text. */
function refuseBrace(reader: Reader, at: number): void {
  if (!/\\[A-Za-z]$/.test(reader.source.slice(Math.max(0, at - 2), at))) return;
  refuse(reader, 'syntax', at, 'an unescaped { after an escape', 'the character itself is written \\{');
}

function assertion(at: number, kind: AssertionKind): Node {
  return { type: 'assertion', at, kind };
}

function parseQuoted(reader: Reader): Node | undefined {
  if (accept(reader, '\\E')) {
    reader.quoted = false;
    return undefined;
  }
  const at = reader.at;
  return literal(reader, takeChar(reader).codePointAt(0) ?? 0, at);
}

function parseQuantifier(reader: Reader, atom: Node, at: number): Node {
  if (reader.quoted && !accept(reader, '\\E')) return atom;
  reader.quoted = false;
  const place = reader.at;
  const bounds = takeBounds(reader);
  if (bounds === undefined) return atom;
  const [min, max] = bounds;
  skipIgnored(reader);
  const lazy = accept(reader, '?');
  const possessive = !lazy && accept(reader, '+');
  checkNested(reader);
  checkOddity(reader, atom, max, possessive, place);
  const node = repeat(reader, atom, min, max, lazy, at, place);
  return possessive ? { type: 'atomic', at, of: node } : node;
}

/** Repetitions of which Perl 5.36 makes something else than its manual says. */
function checkOddity(reader: Reader, atom: Node, max: number, possessive: boolean, at: number): void {
  if (atom.type === 'look') {
    refuse(
      reader,
      'repeat',
      at,
      'a repetition of a lookahead or lookbehind',
      'it takes no characters: once is enough',
    );
  } else if (possessive && max === 0) {
    refuse(reader, 'repeat', at, 'a possessive repetition of no times');
  }
}

function repeat(
  reader: Reader,
  of: Node,
  min: number,
  max: number,
  lazy: boolean,
  at: number,
  place: number,
): Node {
  const highest = max === Infinity ? min : max;
  if (Math.max(min, highest) > MAX_COUNT) {
    refuse(reader, 'limit', place, `a count of more than ${String(MAX_COUNT)}`);
    return EMPTY;
  }
  if (min > max) {
    warn(reader, 'never', place, `{${String(min)},${String(max)}} never matches`);
    return { type: 'set', at, set: NONE };
  }
  return { type: 'repeat', at, of, min, max, lazy };
}

const COUNT = /\{[ \t]*(?:(\d+)[ \t]*(?:(,)[ \t]*(\d*))?|,[ \t]*(\d+))[ \t]*\}/y;

/** `* + ?`, `{n} {n,} {n,m} {,m}`; anything else after a brace is text. */
function takeBounds(reader: Reader): [min: number, max: number] | undefined {
  if (accept(reader, '*')) return [0, Infinity];
  if (accept(reader, '+')) return [1, Infinity];
  if (accept(reader, '?')) return [0, 1];
  const found = acceptMatch(reader, COUNT);
  if (found === undefined) return undefined;
  const [, least, comma, most, only] = found;
  const min = Number(least ?? 0);
  if (only !== undefined) return [0, Number(only)];
  if (comma === undefined) return [min, min];
  return [min, most === undefined || most === '' ? Infinity : Number(most)];
}

function checkNested(reader: Reader): void {
  skipIgnored(reader);
  const at = reader.at;
  if (takeBounds(reader) !== undefined) {
    refuse(reader, 'syntax', at, 'a repetition of a repetition', 'put the first one into (?:…)');
  }
}
