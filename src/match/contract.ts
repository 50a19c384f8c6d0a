import type { Candidate, Chunk } from '../model/chunk.ts';
import type { Event } from '../model/event.ts';
import type { Fields, Pattern } from '../model/program.ts';

/** What matching needs of the machine. */
export interface MatchPorts {
  /** Offset of the first `needle` in `bytes` at or after `from`, or -1. */
  readonly indexOf: (bytes: Uint8Array, needle: Uint8Array, from: number) => number;
  /** UTF-8 (with replacement characters) or Latin-1 text of a byte range. */
  readonly decode: (bytes: Uint8Array, from: number, to: number, encoding: 'utf8' | 'latin1') => string;
  /** Runs an expression that may backtrack without end, under a time limit. */
  readonly guarded: (regex: RegExp, text: string) => RegExpExecArray | null | 'timedOut';
  /** Whether V8's linear engine takes the expression. */
  readonly isLinear: (source: string, flags: string) => boolean;
}

/**
 * A compiled pattern. `match` gives the named groups (unnamed ones as `1`, `2`, …) or undefined;
 * `timedOut` means the time limit cut it off: no match, and the caller counts it. Fields `captured` before
 * are found first, and are part of the answer of a pattern that adds to them.
 */
export interface Matcher {
  match(event: Event, captured?: Fields): Fields | undefined | 'timedOut';
}

/**
 * The literals of which any match must contain at least one, as the bytes would hold them; undefined:
 * nothing is known, every record is a candidate.
 */
export interface RequiredLiterals {
  readonly literals: readonly { readonly text: string; readonly ignoreCase: boolean }[];
}

/** A rule as the scanner sees it. */
export interface ScanRule {
  readonly index: number;
  readonly pattern: Pattern;
}

/**
 * How the records of a source write text: formats with escapes make records with a backslash candidates.
 * `guessed`: each record may be of another format; those that cannot be of one with escapes are text.
 */
export type ScanFormat = 'text' | 'escaped' | 'guessed';

/** Yields the records that some rule may match, in order, each with its rules in rule order. */
export interface Scanner {
  scan(chunk: Chunk): Iterable<Candidate>;
}
