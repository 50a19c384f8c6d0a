import { foldAscii, single, type CharSet } from './charset.ts';
import { warn, type Reader } from './reader.ts';
import type { SetNode } from './syntax.ts';

/** A character that stands for itself, in both cases under `(?i)`. */
export function literal(reader: Reader, code: number, at: number): SetNode {
  return { type: 'set', at, set: caseOf(reader, single(code), at) };
}

/** The set under the flags in force; only ASCII letters have another case. */
export function caseOf(reader: Reader, set: CharSet, at: number): CharSet {
  if (!reader.flags.i) return set;
  const [code = 0, last] = set;
  if (set.length === 2 && code === last && code > 0x7f) warnOfCase(reader, String.fromCodePoint(code), at);
  return foldAscii(set);
}

function warnOfCase(reader: Reader, char: string, at: number): void {
  if (char.toLowerCase() === char.toUpperCase()) return;
  warn(
    reader,
    'case',
    at,
    `(?i) folds ASCII letters only: ${char} matches as written`,
    'list both cases in […]',
  );
}
