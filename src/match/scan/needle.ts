import { requiredLiterals } from '../literals/required.ts';
import type { Literal } from '../literals/extract.ts';
import type { ScanFormat, ScanRule } from '../contract.ts';

/** One byte text to look for, and the rules that need it, ascending. */
export interface Needle {
  /** With `ignoreCase` in lower case. */
  readonly bytes: Uint8Array;
  readonly ignoreCase: boolean;
  readonly rules: readonly number[];
}

/** What a set of rules looks for. */
export interface Wanted {
  readonly needles: readonly Needle[];
  /** Rules that want every record, ascending. */
  readonly always: readonly number[];
}

/** Called for each place where a needle stands, by its number. */
export type Report = (needle: number, at: number) => void;

/**
 * Looks for needles in bytes, in any order, and reports each place at least once. The answer is the effort:
 * how often it had to stop and look closer.
 */
export type Finder = (bytes: Uint8Array, report: Report) => number;

/** The needles of all rules, each distinct one once. */
export function wantedBy(rules: readonly ScanRule[], format: ScanFormat): Wanted {
  const always: number[] = [];
  const found = new Map<string, { bytes: Uint8Array; ignoreCase: boolean; rules: number[] }>();
  for (const { index, pattern } of rules.toSorted((a, b) => a.index - b.index)) {
    const literals = requiredLiterals(pattern, format);
    if (literals === undefined) always.push(index);
    for (const literal of literals ?? []) {
      for (const [name, bytes] of encodings(literal)) {
        const { ignoreCase } = literal;
        const needle = found.get(name) ?? { bytes, ignoreCase, rules: [] };
        if (needle.rules.at(-1) !== index) needle.rules.push(index);
        found.set(name, needle);
      }
    }
  }
  return { needles: [...found.values()], always };
}

/** Whether a needle stands at `at`. */
export function standsAt({ bytes: text, ignoreCase }: Needle, bytes: Uint8Array, at: number): boolean {
  const { length } = text;
  if (at < 0 || at + length > bytes.length) return false;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[at + index] as number;
    if (byte !== text[index] && !(ignoreCase && lower(byte) === text[index])) return false;
  }
  return true;
}

/** The lower case of an ASCII letter. */
export function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/**
 * A text as bytes: UTF-8, as native rules see records, and where all its characters are single bytes in
 * Latin-1 that too, as SEC rules see them. One automaton serves both.
 */
function encodings({ text, ignoreCase }: Literal): [name: string, bytes: Uint8Array][] {
  const utf8 = encodeUtf8(text);
  const all =
    /[\u0080-\u00ff]/.test(text) && !/[^\0-\u00ff]/.test(text) ? [utf8, encodeLatin1(text)] : [utf8];
  return all.map((bytes) => [`${ignoreCase ? 'i' : 'c'}${String.fromCharCode(...bytes)}`, bytes]);
}

function encodeLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** UTF-8 by RFC 3629; a lone surrogate cannot stand in a decoded text and gives what matches nothing. */
function encodeUtf8(text: string): Uint8Array {
  return Uint8Array.from(Array.from(text).flatMap((char) => utf8Of(char.codePointAt(0) ?? 0)));
}

function utf8Of(code: number): number[] {
  const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x1_0000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}
