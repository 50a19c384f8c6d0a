import { charsOf, complement, union, type CharSet } from './charset.ts';

/**
 * The named character classes under Perl's ASCII rules (perlrecharclass: bytes, or the modifier `a`).
 * `\h` and `\v` know their Unicode members under every rule.
 */
const DIGIT: CharSet = [0x30, 0x39];
const UPPER: CharSet = [0x41, 0x5a];
const LOWER: CharSet = [0x61, 0x7a];
const ALPHA = union(UPPER, LOWER);
const ALNUM = union(ALPHA, DIGIT);
const WORD = union(ALNUM, charsOf('_'));
const SPACE = charsOf('\t\n\v\f\r ');
const GRAPH: CharSet = [0x21, 0x7e];
const HORIZONTAL = union(charsOf('\t \u00a0\u1680\u202f\u205f\u3000'), [0x2000, 0x200a]);

/** `\v`, and with CR LF together `\R`. */
export const VERTICAL: CharSet = union([0x0a, 0x0d], charsOf('\u0085\u2028\u2029'));

export const NEWLINE: CharSet = charsOf('\n');

/** `.` without `(?s)`, and `\N`. */
export const NOT_NEWLINE: CharSet = complement(NEWLINE);

const SHORT: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGIT],
  ['w', WORD],
  ['s', SPACE],
  ['h', HORIZONTAL],
  ['v', VERTICAL],
  ['D', complement(DIGIT)],
  ['W', complement(WORD)],
  ['S', complement(SPACE)],
  ['H', complement(HORIZONTAL)],
  ['V', complement(VERTICAL)],
]);

const POSIX: ReadonlyMap<string, CharSet> = new Map([
  ['alnum', ALNUM],
  ['alpha', ALPHA],
  ['ascii', [0, 0x7f]],
  ['blank', charsOf('\t ')],
  ['cntrl', union([0, 0x1f], [0x7f, 0x7f])],
  ['digit', DIGIT],
  ['graph', GRAPH],
  ['lower', LOWER],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', SPACE],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
]);

/** The class of an escape such as `\d`, by its letter. */
export const shortClass = (letter: string): CharSet | undefined => SHORT.get(letter);

/** The class of `[:name:]`; with `(?i)`, upper and lower case are both. */
export function posixClass(name: string, ignoreCase: boolean): CharSet | undefined {
  return ignoreCase && (name === 'upper' || name === 'lower') ? ALPHA : POSIX.get(name);
}
