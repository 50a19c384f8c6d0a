import { once } from './once.ts';

/**
 * A grapheme longer than this many code units is taken for an attack on the reader and may be cut
 * between code points. The longest emoji in use has 35.
 */
const MAX_GRAPHEME = 64;

const WINDOW = 1024;

/** To make one takes a hundredth of a second, and many runs of the program cut no text. */
const segmenter = once(() => new Intl.Segmenter('und', { granularity: 'grapheme' }));

/**
 * The graphemes of a text (Unicode Standard Annex 29), lazily, in time proportional to what is taken.
 * Those longer than 64 code units come in pieces.
 */
export function* graphemes(text: string): Generator<string, void, undefined> {
  let from = 0;
  while (from < text.length) {
    const window = text.slice(from, beforePair(text, from + WINDOW));
    const last = from + window.length === text.length;
    let taken = 0;
    for (const { segment, index } of segmenter().segment(window)) {
      // Where a window ends, its last grapheme may go on.
      const open = !last && index + segment.length === window.length;
      if (open && index > 0) break;
      yield* pieces(segment);
      taken = index + segment.length;
    }
    from += taken;
  }
}

function* pieces(grapheme: string): Generator<string, void, undefined> {
  let from = 0;
  while (grapheme.length - from > MAX_GRAPHEME) {
    const end = beforePair(grapheme, from + MAX_GRAPHEME);
    yield grapheme.slice(from, end);
    from = end;
  }
  yield grapheme.slice(from);
}

/** The text cut to `max` graphemes, the last of them an ellipsis if anything was cut and it has room. */
export function truncate(text: string, max: number, ellipsis = '…'): string {
  if (text.length <= max) return text;
  const mark = [...graphemes(ellipsis)].length;
  const room = mark > max ? max : max - mark;
  let kept = 0;
  let count = 0;
  let end = 0;
  for (const grapheme of graphemes(text)) {
    if (count === max) return text.slice(0, kept) + (mark > max ? '' : ellipsis);
    count++;
    end += grapheme.length;
    if (count <= room) kept = end;
  }
  return text;
}

/** The longest beginning of a text, of whole graphemes, that takes at most `max` bytes in UTF-8. */
export function cutBytes(text: string, max: number): string {
  if (text.length * 3 <= max) return text;
  let bytes = 0;
  let end = 0;
  for (const grapheme of graphemes(text)) {
    bytes += byteLength(grapheme);
    if (bytes > max) return text.slice(0, end);
    end += grapheme.length;
  }
  return text;
}

/** How many bytes a text takes in UTF-8; a lone surrogate counts as U+FFFD, which replaces it. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (isHigh(code) && isLow(text.charCodeAt(at + 1))) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}

/** The offset itself, or one less if it lies inside a surrogate pair. */
function beforePair(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
