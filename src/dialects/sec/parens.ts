import type { Report } from './report.ts';
import { concat, cut, spotOf, trim, type Text } from './text.ts';

/**
 * Takes the parentheses around a parameter away, with the blanks inside them. As in SEC it is enough that the
 * text begins with one and ends with one, whether they are a pair or not.
 */
export function unwrap(source: Text): Text {
  const inner = trim(source);
  if (!isWrapped(inner.text)) return inner;
  return trim(cut(inner, 1, inner.text.length - 1));
}

/** Whether a text begins with `(` and ends with `)`. */
export const isWrapped = (text: string): boolean => /^\([^]*\)$/.test(text);

/** `\(` and `\)` become the parentheses they stand for. */
export function unescape(source: Text): Text {
  const marks = [...source.text.matchAll(/\\[()]/g)].map(({ index }) => index);
  const others = marks.map((mark, number) => cut(source, mark + 1, marks[number + 1]));
  return concat(cut(source, 0, marks[0]), others);
}

/** A parameter's text: without parentheses around it, `\(` and `\)` decoded. */
export const parameter = (source: Text): Text => unescape(unwrap(source));

/** Most pairs of parentheses in one another. */
const MOST_NESTED = 100;

/** Reports parentheses that cannot be read: one without a partner, or too many in one another. */
export function checkParens(source: Text, report: Report): boolean {
  const lone = unbalanced(source.text);
  if (lone === 'deep') {
    const message = `parentheses stand more than ${String(MOST_NESTED)} deep in one another`;
    report.error('limit', source, message);
  } else if (lone !== undefined) {
    const hint = 'a parenthesis that is only text is written \\( or \\)';
    report.error('parentheses', spotOf(source, lone), 'this parenthesis has no partner', hint);
  }
  return lone === undefined;
}

/** The offset of the first parenthesis that has no partner, or undefined. Escaped ones do not count. */
function unbalanced(text: string): number | 'deep' | undefined {
  const open: number[] = [];
  for (const { index, 0: sign } of text.matchAll(/(?<!\\)[()]/g)) {
    if (sign === '(') open.push(index);
    if (open.length > MOST_NESTED) return 'deep';
    if (sign === '(') continue;
    if (open.pop() === undefined) return index;
  }
  return open[0];
}

/** The offset of the parenthesis that closes the one at `from`. */
export function closing(text: string, from: number): number | undefined {
  let depth = 0;
  for (const { index, 0: sign } of text.slice(from).matchAll(/(?<!\\)[()]/g)) {
    depth += sign === '(' ? 1 : -1;
    if (depth === 0) return from + index;
  }
  return undefined;
}

/** Marks every character that stands inside of parentheses, these included. */
export function depths(text: string): readonly boolean[] {
  let depth = 0;
  return Array.from({ length: text.length }, (_, at) => {
    const sign = text[at - 1] === '\\' ? '' : text[at];
    if (sign === '(') depth += 1;
    const inside = depth > 0;
    if (sign === ')') depth -= 1;
    return inside;
  });
}
