import type { SwatchPart } from '../../engine/swatch/program.ts';

/**
 * The changes of letters that are in force behind `\U`, `\L`, `\Q`, `\E`, `\u` or `\l`, each by its letter, the
 * innermost last; undefined: the text is none of these.
 */
export function lettersOf(escape: string, before: string): string | undefined {
  const letter = /^\\([ULQEul])$/.exec(escape)?.[1];
  if (letter === undefined) return undefined;
  if (letter === 'E') return before.replace(/[ULQ](?=[^ULQ]*$)/, '');
  // Of capitals and small letters the later one counts, and ends the other.
  const others = /[UL]/.test(letter) ? before.replaceAll(/[UL]/g, '') : before;
  return /[ul]/.test(letter) ? `${others.replaceAll(/[ul]/g, '')}${letter}` : others + letter;
}

/** A part with its letters changed; undefined: it is filled in later, and cannot be. */
export function withLetters(part: SwatchPart, letters: string): SwatchPart | undefined {
  if (letters === '') return part;
  return part.type === 'text' ? { type: 'text', text: changed(part.text, letters) } : undefined;
}

/** Texts are byte strings, of which Perl changes ASCII only. */
function changed(text: string, letters: string): string {
  let out = text;
  if (letters.includes('U')) out = upper(out);
  if (letters.includes('L')) out = lower(out);
  if (letters.includes('u')) out = upper(out.slice(0, 1)) + out.slice(1);
  if (letters.includes('l')) out = lower(out.slice(0, 1)) + out.slice(1);
  return letters.includes('Q') ? out.replaceAll(/[^A-Za-z_0-9]/g, '\\$&') : out;
}

const upper = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase());
const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
