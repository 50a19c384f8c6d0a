import type { Problem } from './syntax.ts';

/** The flags in force at a place of a pattern. */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly xx: boolean;
  readonly n: boolean;
}

/** What is known of a pattern's groups as a whole, from an earlier look at it. */
export interface KnownGroups {
  readonly count: number;
  readonly names: ReadonlyMap<string, readonly number[]>;
}

/** A place in a pattern, and what was found up to there. The parser moves it. */
export interface Reader {
  readonly source: string;
  /** Whether `\Q…\E` quotes, as in a pattern written in a Perl program; a pattern read at run time has none. */
  readonly quoting: boolean;
  readonly known: KnownGroups;
  at: number;
  flags: Flags;
  quoted: boolean;
  /** The rest was given up: what is missing there is no further mistake. */
  lost: boolean;
  /** Something was read whose meaning depends on the groups of the whole pattern. */
  referred: boolean;
  depth: number;
  /** Lookarounds that are open here. */
  looks: number;
  /** Capture groups opened so far. */
  groups: number;
  /** Named groups opened so far, with their numbers. */
  readonly names: Map<string, number[]>;
  readonly problems: Problem[];
}

export function createReader(source: string, quoting: boolean, known: KnownGroups): Reader {
  const flags: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false };
  return {
    source,
    quoting,
    known,
    flags,
    at: 0,
    quoted: false,
    lost: false,
    referred: false,
    depth: 0,
    looks: 0,
    groups: 0,
    names: new Map(),
    problems: [],
  };
}

export const atEnd = (reader: Reader): boolean => reader.at >= reader.source.length;

/** Whether the text goes on with `text` here. */
export const looksAt = (reader: Reader, text: string): boolean => reader.source.startsWith(text, reader.at);

/** Moves past `text` if it is next. */
export function accept(reader: Reader, text: string): boolean {
  if (!looksAt(reader, text)) return false;
  reader.at += text.length;
  return true;
}

/** Moves past what a sticky expression matches here. */
export function acceptMatch(reader: Reader, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.source);
  if (found === null) return undefined;
  reader.at += found[0].length;
  return found;
}

/** The next character, a whole code point; empty at the end. */
export function takeChar(reader: Reader): string {
  const code = reader.source.codePointAt(reader.at);
  if (code === undefined) return '';
  const char = String.fromCodePoint(code);
  reader.at += char.length;
  return char;
}

/** Notes an error; parsing goes on so that further mistakes are found. */
export function refuse(reader: Reader, code: string, at: number, message: string, hint?: string): void {
  reader.problems.push({ code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) });
}

/** Notes something accepted that may not be what was meant. */
export function warn(reader: Reader, code: string, at: number, message: string, hint?: string): void {
  reader.problems.push({ code, severity: 'warning', message, at, ...(hint === undefined ? {} : { hint }) });
}

/** Moves past comments, and with the flag `x` past blanks. */
export function skipIgnored(reader: Reader): void {
  if (reader.quoted) return;
  for (;;) {
    if (looksAt(reader, '(?#')) skipComment(reader);
    else if (
      !reader.flags.x ||
      acceptMatch(reader, /(?:[\t-\r \u0085\u200e\u200f\u2028\u2029]+|#[^\n]*\n?)/y) === undefined
    ) {
      return;
    }
  }
}

function skipComment(reader: Reader): void {
  const close = reader.source.indexOf(')', reader.at);
  if (close < 0) refuse(reader, 'syntax', reader.at, 'the comment (?#… has no end');
  reader.at = close < 0 ? reader.source.length : close + 1;
}
