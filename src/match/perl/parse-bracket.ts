import { charsOf, complement, NONE, union, type CharSet } from './charset.ts';
import { posixClass, shortClass } from './classes.ts';
import { caseOf } from './parse-literal.ts';
import { codeEscape, octal } from './parse-number.ts';
import { accept, acceptMatch, atEnd, looksAt, refuse, takeChar, warn, type Reader } from './reader.ts';
import type { Node } from './syntax.ts';

/** A member of a class: one code point, which can begin or end a range, or a class of its own. */
type Member = { readonly code: number } | { readonly set: CharSet };

/** A bracketed class whose `[`, at `at`, was read. */
export function parseBracket(reader: Reader, at: number): Node {
  warnOfOutside(reader, at);
  const negated = accept(reader, '^');
  const body = parseMembers(reader, at);
  return { type: 'set', at, set: negated ? complement(body) : body };
}

function parseMembers(reader: Reader, at: number): CharSet {
  const sets: CharSet[] = [];
  for (let first = true; first || !looksAt(reader, ']'); first = false) {
    if (reader.flags.xx) acceptMatch(reader, /[ \t]+/y);
    if (atEnd(reader)) {
      refuse(reader, 'syntax', at, 'the class has no end', 'the character itself is written \\[');
      return NONE;
    }
    if (!first && looksAt(reader, ']')) break;
    sets.push(parseRange(reader));
  }
  reader.at += 1;
  return union(...sets);
}

function parseRange(reader: Reader): CharSet {
  const at = reader.at;
  const low = parseMember(reader);
  const beforeHyphen = reader.at;
  if (!isRange(reader)) return setOf(reader, low, at);
  const high = parseMember(reader);
  if ('set' in low || 'set' in high) {
    reader.at = beforeHyphen + 1;
    warn(reader, 'range', at, 'a class cannot begin or end a range: - stands for itself');
    return union(setOf(reader, low, at), charsOf('-'));
  }
  if (low.code <= high.code) return caseOf(reader, [low.code, high.code], at);
  refuse(reader, 'syntax', at, `the range ${reader.source.slice(at, reader.at)} is empty`);
  return NONE;
}

/** Moves past the hyphen of a range; one before the closing bracket stands for itself. */
function isRange(reader: Reader): boolean {
  const blanks = reader.flags.xx ? /[ \t]*-[ \t]*(?=[^\]])/y : /-(?=[^\]])/y;
  return acceptMatch(reader, blanks) !== undefined;
}

function setOf(reader: Reader, member: Member, at: number): CharSet {
  return 'set' in member ? member.set : caseOf(reader, [member.code, member.code], at);
}

function parseMember(reader: Reader): Member {
  const at = reader.at;
  if (looksAt(reader, '[')) {
    const named = parsePosix(reader, at);
    if (named !== undefined) return { set: named };
  }
  const char = takeChar(reader);
  return char === '\\' ? parseClassEscape(reader, at) : { code: char.codePointAt(0) ?? 0 };
}

/** `[:name:]` and `[:^name:]`; `[.` and `[=` are reserved. Undefined when `[` stands for itself. */
function parsePosix(reader: Reader, at: number): CharSet | undefined {
  const found = acceptMatch(reader, /\[([:.=])(\^?)(\w*)\1\]/y);
  if (found === undefined) return undefined;
  const [whole, kind, caret, name = ''] = found;
  const set = kind === ':' ? posixClass(name, reader.flags.i) : undefined;
  if (set === undefined) {
    refuse(reader, 'class', at, `there is no class ${whole}`);
    return NONE;
  }
  return caret === '^' ? complement(set) : set;
}

function parseClassEscape(reader: Reader, at: number): Member {
  const letter = takeChar(reader);
  const set = shortClass(letter);
  if (set !== undefined) return { set };
  if (letter === 'b') return { code: 0x08 };
  if (/[1-7]/.test(letter)) return { code: octal(reader, letter) };
  const code = codeEscape(reader, letter, at);
  if (code !== undefined) return { code };
  if ('pPN'.includes(letter)) {
    acceptMatch(reader, /\{[^}]*\}/y);
    const hint = 'list the characters, or use a class such as [:alpha:]';
    refuse(
      reader,
      letter === '' ? 'syntax' : 'unsupported',
      at,
      `\\${letter} is not supported in a class`,
      hint,
    );
    return { set: NONE };
  }
  if (/[A-Za-z]/.test(letter))
    warn(reader, 'escape', at, `\\${letter} is no escape: it means the letter ${letter}`);
  return { code: letter.codePointAt(0) ?? 0 };
}

function warnOfOutside(reader: Reader, at: number): void {
  const outside = /:\^?\w+:\]/y;
  outside.lastIndex = reader.at;
  if (!outside.test(reader.source)) return;
  warn(reader, 'class', at, 'a POSIX class stands inside of a class: [[:name:]]');
}
