import { graphemes } from '../kit/text.ts';
import type { TextShape } from './shape.ts';

/**
 * A text in parts that fit the shape, each with its ` (1/3)` if there are several. Cuts lie at blanks
 * where there is one in the second half of a part, else between graphemes, never right before `@ # $`,
 * where a cut would make a mention out of an address. What does not fit in `maxParts` is left out, and
 * the last part ends with `…` and how many characters are missing. Time is bounded by the shape, not
 * by the text.
 */
export function splitText(text: string, shape: TextShape): readonly string[] {
  const whole = text.trimEnd();
  if (fits(whole, '', shape)) return [whole];
  if (shape.maxParts <= 1) return [truncated(whole, '', shape)];
  for (let digits = 1; ; digits++) {
    const parts = splitWithMarks(whole, shape, digits);
    if (parts !== undefined) return parts;
  }
}

/** The parts if their number has at most `digits` digits. */
function splitWithMarks(text: string, shape: TextShape, digits: number): readonly string[] | undefined {
  const widest = '9'.repeat(digits);
  const most = Math.min(shape.maxParts, Number(widest));
  const mark = ` (${widest}/${widest})`;
  const texts: string[] = [];
  let rest = text;
  while (rest !== '' && texts.length < most - 1) {
    const head = headThatFits(rest, mark, shape);
    texts.push(head.trimEnd());
    rest = rest.slice(head.length).trimStart();
  }
  if (rest !== '') {
    const last = fits(rest, mark, shape);
    if (!last && most < shape.maxParts) return undefined;
    texts.push(last ? rest : truncated(rest, mark, shape));
  }
  return texts.map((part, index) => `${part} (${index + 1}/${texts.length})`);
}

/** As much of the text as fits with `mark`; at least one grapheme, so that there is an end. */
function headThatFits(text: string, mark: string, shape: TextShape): string {
  const ends = cutsOf(text, mark, shape);
  const fitsAt = (index: number) => shape.measure(text.slice(0, ends[index]) + mark) <= shape.limit;
  let low = 0;
  let high = ends.length - 1;
  // Mostly a text measures what its graphemes do, and the first question settles it.
  if (high > 0 && fitsAt(high)) low = high;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fitsAt(middle)) low = middle;
    else high = middle - 1;
  }
  const end = ends[low] ?? text.length;
  return text.slice(0, end === text.length ? end : borderBefore(text, end, mark, shape));
}

/** Whether a text fits with `mark`; a long one is not looked at further than it could fit. */
function fits(text: string, mark: string, shape: TextShape): boolean {
  // What is not much longer than the limit is measured at once, without looking for its graphemes.
  if (text.length <= 2 * shape.limit) return shape.measure(text + mark) <= shape.limit;
  const reached = cutsOf(text, mark, shape).at(-1) ?? 0;
  return reached === text.length && shape.measure(text + mark) <= shape.limit;
}

/** The ends of the first graphemes, as many as fit with `mark` when each is measured by itself. */
function cutsOf(text: string, mark: string, shape: TextShape): number[] {
  const ends: number[] = [];
  let end = 0;
  let measure = shape.measure(mark);
  for (const grapheme of graphemes(text)) {
    measure += shape.measure(grapheme);
    if (measure > shape.limit && ends.length > 0) break;
    end += grapheme.length;
    ends.push(end);
  }
  return ends;
}

/** The last blank in the second half, if the shorter text fits too; else not before a sign. */
function borderBefore(text: string, end: number, mark: string, shape: TextShape): number {
  const blank = lastBlank(text, end);
  if (blank > end / 2 && shape.measure(text.slice(0, blank) + mark) <= shape.limit) return blank;
  return end > 1 && '@＠#＃$＄'.includes(text.charAt(end)) && text.charCodeAt(end - 1) < 128 ? end - 1 : end;
}

function lastBlank(text: string, from: number): number {
  for (let at = from; at > from / 2; at--) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 10 || code === 9) return at;
  }
  return -1;
}

/** The beginning of a text with a note of how much is missing. */
function truncated(text: string, mark: string, shape: TextShape): string {
  const { ellipsis = '…' } = shape;
  const note = ` ${ellipsis} (${text.length} characters more)`;
  const roomy = shape.measure(note + mark) * 2 <= shape.limit;
  const head = headThatFits(text, (roomy ? note : ellipsis) + mark, shape).trimEnd();
  if (head.length === text.length) return head;
  return roomy ? `${head} ${ellipsis} (${text.length - head.length} characters more)` : `${head}${ellipsis}`;
}
