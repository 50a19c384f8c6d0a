import type { SwatchCondition } from '../../engine/swatch/program.ts';
import type { MatchPorts } from '../../match/contract.ts';
import { compileRegex } from '../../match/perl/compile.ts';
import { concat, cut, parts, spotOf, type Text } from '../sec/text.ts';
import { expandPattern, type Constants } from './interpolate.ts';
import type { Report } from './report.ts';

/** What reading an expression needs. */
export interface ConditionPorts {
  readonly constants: Constants;
  readonly match: MatchPorts;
  readonly report: Report;
}

/** Where reading has come to. */
interface Reader extends ConditionPorts {
  readonly source: Text;
  at: number;
}

/** Deepest nesting of parentheses and signs of negation. */
const MAX_DEPTH = 100;

/**
 * Reads what stands behind `watchfor` and `ignore`: an expression of Perl made of regular expressions, `and or
 * not && || !` and parentheses, with Perl's precedence. Undefined: it is something else, and that was told.
 */
export function readCondition(source: Text, ports: ConditionPorts): SwatchCondition | undefined {
  const reader: Reader = { ...ports, source, at: 0 };
  if (source.text === '') return refuse(reader, 'there is no pattern', 'write it as /pattern/');
  const condition = readOr(reader, 0);
  if (condition === undefined) return undefined;
  skipBlanks(reader);
  if (reader.at < source.text.length) return refuse(reader, 'this cannot follow here', HINT);
  return condition;
}

const HINT = 'patterns stand between slashes, joined by and, or, not, && || ! and parentheses';

type Read = (reader: Reader, depth: number) => SwatchCondition | undefined;

const readOr: Read = (reader, depth) => readSeveral(reader, depth, 'any', /^or\b/, readAnd);
const readAnd: Read = (reader, depth) => readSeveral(reader, depth, 'all', /^and\b/, readNot);
const readNot: Read = (reader, depth) => readNegated(reader, depth, /^not\b/, readNot, readHighOr);
const readHighOr: Read = (reader, depth) => readSeveral(reader, depth, 'any', /^\|\|/, readHighAnd);
const readHighAnd: Read = (reader, depth) => readSeveral(reader, depth, 'all', /^&&/, readBang);
const readBang: Read = (reader, depth) => readNegated(reader, depth, /^!/, readBang, readOne);

function readSeveral(
  reader: Reader,
  depth: number,
  type: 'all' | 'any',
  sign: RegExp,
  part: Read,
): SwatchCondition | undefined {
  const first = part(reader, depth);
  if (first === undefined) return undefined;
  const of = [first];
  while (take(reader, sign) !== undefined) {
    const next = part(reader, depth);
    if (next === undefined) return undefined;
    of.push(next);
  }
  return of.length === 1 ? first : { type, of };
}

function readNegated(
  reader: Reader,
  depth: number,
  sign: RegExp,
  again: Read,
  otherwise: Read,
): SwatchCondition | undefined {
  if (take(reader, sign) === undefined) return otherwise(reader, depth);
  if (depth > MAX_DEPTH) return refuse(reader, 'this is nested too deep');
  const of = again(reader, depth + 1);
  return of === undefined ? undefined : { type: 'not', of };
}

function readOne(reader: Reader, depth: number): SwatchCondition | undefined {
  if (take(reader, /^\(/) !== undefined) {
    if (depth > MAX_DEPTH) return refuse(reader, 'this is nested too deep');
    const inner = readOr(reader, depth + 1);
    if (inner === undefined) return undefined;
    return take(reader, /^\)/) === undefined ? refuse(reader, 'a ) is missing here') : inner;
  }
  const number = take(reader, /^\d+\b/);
  if (number !== undefined) return { type: 'constant', value: Number(number) !== 0 };
  const [line, negated] = lineTest(reader);
  const delimiter = take(reader, /^(?:\/|m\s*(?=[^\w\s])[^])/)?.at(-1);
  if (delimiter !== undefined) {
    const regex = readRegex(reader, delimiter);
    return regex === undefined || !negated ? regex : { type: 'not', of: regex };
  }
  if (line) return refuse(reader, 'a pattern must follow here', HINT);
  return refuse(reader, 'this is no pattern', HINT);
}

/** `$_ =~` before a pattern says what is tried anyway. */
function lineTest(reader: Reader): readonly [line: boolean, negated: boolean] {
  const sign = take(reader, /^\$_\s*[=!]~/);
  return [sign !== undefined, sign?.includes('!') === true];
}

const CLOSING: { readonly [open: string]: string } = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** Behind the opening delimiter. */
function readRegex(reader: Reader, open: string): SwatchCondition | undefined {
  const { source, report, constants, match } = reader;
  const from = reader.at;
  const to = endOf(source.text, from, open);
  if (to === undefined)
    return refuse(reader, 'the pattern is not closed', `a ${open} in it is written \\${open}`);
  reader.at = to + 1;
  const body = cut(source, from, to);
  const flags = /^[a-z]*/.exec(source.text.slice(reader.at))?.[0] ?? '';
  const unknown = /[^imsxgopa]/.exec(flags);
  if (unknown !== null) {
    reader.at += unknown.index;
    return refuse(reader, `the flag ${unknown[0]} is not known here`, 'i, m, s and x are');
  }
  reader.at += flags.length;
  if (flags.includes('g'))
    report.repaired('flag', body, 'the flag g makes swatch look only at every other match');
  const plain = withoutEscapes(body, open);
  if (plain.text === '')
    report.repaired(
      'empty-pattern',
      body,
      'swatch itself takes an empty pattern for the last one that matched: every line is meant',
    );
  const expanded = open === "'" ? plain.text : expandPattern(plain, constants, report);
  if (expanded === undefined) return undefined;
  const meaning = [...new Set(flags)].filter((flag) => 'imsx'.includes(flag)).join('');
  const regex = withFlags(expanded, meaning);
  const { line, column } = spotOf(body);
  const shifted = column - regex.indexOf(expanded);
  const compiled = compileRegex(
    regex,
    { dialect: 'swatch', file: report.file, line, column: shifted },
    match,
  );
  report.add(compiled.diagnostics);
  return compiled.ok ? { type: 'regex', source: regex, line, column: shifted } : undefined;
}

/** Perl takes the backslash away from a delimiter that means nothing else in a pattern. */
function withoutEscapes(body: Text, open: string): Text {
  if (/[.*+?^$|()[\]{}\\]/.test(open)) return body;
  const [first = cut(body, 0), ...others] = parts(body, new RegExp(`\\\\(?=\\${open})`, 'g'));
  return concat(first, others);
}

/** A newline ends a comment of an expression with x. */
const withFlags = (source: string, flags: string): string =>
  flags === '' ? source : `(?${flags}:${source}${flags.includes('x') ? '\n' : ''})`;

/** Where the pattern that begins at `from` is closed. */
function endOf(text: string, from: number, open: string): number | undefined {
  const close = CLOSING[open] ?? open;
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === close) depth -= 1;
    else if (char === open) depth += 1;
    if (depth === 0) return at;
  }
  return undefined;
}

function skipBlanks(reader: Reader): void {
  reader.at += /^\s*/.exec(reader.source.text.slice(reader.at))?.[0].length ?? 0;
}

function take(reader: Reader, sign: RegExp): string | undefined {
  skipBlanks(reader);
  const found = sign.exec(reader.source.text.slice(reader.at))?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function refuse({ source, at, report }: Reader, message: string, hint?: string): undefined {
  report.error('pattern', cut(source, Math.min(at, Math.max(0, source.text.length - 1))), message, hint);
  return undefined;
}

/** All regular expressions of a condition. */
export function expressionsOf(
  condition: SwatchCondition,
): readonly Extract<SwatchCondition, { type: 'regex' }>[] {
  switch (condition.type) {
    case 'regex':
      return [condition];
    case 'constant':
      return [];
    case 'not':
      return expressionsOf(condition.of);
    default:
      return condition.of.flatMap(expressionsOf);
  }
}
