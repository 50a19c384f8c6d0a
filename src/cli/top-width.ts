import { graphemes } from '../kit/text.ts';

/**
 * How many cells of a terminal a text takes. What counts is the grapheme, as people see it: two cells for
 * East Asian wide and fullwidth letters (Unicode Standard Annex 11) and for emoji, none for marks alone.
 */
export function cellsOf(text: string): number {
  if (isPlain(text)) return text.length;
  let cells = 0;
  for (const grapheme of graphemes(text)) cells += cellsOfGrapheme(grapheme);
  return cells;
}

/** The text in exactly `width` cells: filled with spaces, or cut between graphemes with an ellipsis. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = cutCells(text, width);
  const fill = ' '.repeat(Math.max(0, width - cellsOf(cut)));
  return align === 'left' ? cut + fill : fill + cut;
}

/** The longest beginning of whole graphemes that takes at most `width` cells, ending in `…` if it was cut. */
export function cutCells(text: string, width: number): string {
  if (width <= 0) return '';
  if (isPlain(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  let cells = 0;
  let end = 0;
  let kept = 0;
  for (const grapheme of graphemes(text)) {
    cells += cellsOfGrapheme(grapheme);
    if (cells > width) return `${text.slice(0, kept)}…`;
    end += grapheme.length;
    if (cells <= width - 1) kept = end;
  }
  return text;
}

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

function cellsOfGrapheme(grapheme: string): number {
  if (/^[\p{M}\p{Cf}]+$/u.test(grapheme)) return 0;
  // A text character that is asked to be an emoji (U+FE0F) is shown as one.
  return wide.test(grapheme) || (grapheme.includes('\ufe0f') && /\p{Emoji}/u.test(grapheme)) ? 2 : 1;
}

/** The ranges W and F of EastAsianWidth.txt, unassigned places among them included, beside the emoji. */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}])/u;
