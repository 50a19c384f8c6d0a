import { changeLetters } from '../../engine/swatch/letters.ts';
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

/** A part with its letters changed: a text at once, what comes of the log when it is filled in. */
export function withLetters(part: SwatchPart, letters: string): SwatchPart {
  if (letters === '') return part;
  return part.type === 'text'
    ? { type: 'text', text: changeLetters(part.text, letters) }
    : { ...part, letters };
}
