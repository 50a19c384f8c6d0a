import { graphemes } from '../kit/text.ts';

/**
 * A text of at most `most` units of UTF-16, which no service counts as more: cut between graphemes, the
 * last of them an ellipsis if anything was cut.
 */
export function fitted(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (const grapheme of graphemes(text)) {
    if (end + grapheme.length >= most) break;
    end += grapheme.length;
  }
  return `${text.slice(0, end)}…`;
}
