import { concat, cut, textAt, trim, type Text } from '../sec/text.ts';
import type { Report } from './report.ts';

/** What stands behind an action's keyword. */
export interface Values {
  /** What has no name, in order. */
  readonly plain: readonly Text[];
  /** By name in lower case; the last one given counts. */
  readonly named: ReadonlyMap<string, Text>;
}

/** How an action's values are told apart. */
export interface ValueForm {
  /** Options it knows. */
  readonly names: readonly string[];
  /** Whether a piece behind a comma is one more value, not a part of what stands before the comma. */
  readonly isValue: (piece: string, before: string | undefined) => boolean;
}

/**
 * Splits a value at its commas. Swatch itself does so inside of quotes and texts too, takes any `word=` for an
 * option and the last of several plain values for the only one; what is meant by such is taken here, and told.
 */
export function readValues(value: Text, form: ValueForm, report: Report): Values {
  const plain: Text[] = [];
  const named = new Map<string, Text>();
  const escaped = value.text.indexOf('\\"');
  if (escaped >= 0) {
    report.repaired(
      'quotes',
      cut(value, escaped),
      'a quote behind a backslash breaks the script that swatch makes',
    );
  }
  let before: string | undefined;
  for (const piece of pieces(value, report)) {
    const option = optionOf(piece, form, report);
    if (option !== undefined) {
      before = option.name;
      named.set(option.name, option.value);
    } else if (plain.length + named.size === 0 || form.isValue(trim(piece).text, before)) {
      before = undefined;
      plain.push(trim(piece));
    } else {
      report.repaired('comma', piece, 'swatch itself cuts the value at the comma before this');
      const whole = before === undefined ? plain.at(-1) : named.get(before);
      const joined = concat(whole ?? textAt('', { line: 1, column: 1 }), [
        textAt(',', spotBefore(piece)),
        piece,
      ]);
      if (before === undefined) plain[plain.length - 1] = joined;
      else named.set(before, joined);
    }
  }
  return {
    plain: plain.map((text) => unquote(text, report)),
    named: new Map([...named].map(([name, text]) => [name, unquote(text, report, name)])),
  };
}

const spotBefore = ({ pieces: [first] }: Text) => ({
  line: first?.line ?? 1,
  column: (first?.column ?? 2) - 1,
});

function optionOf(
  piece: Text,
  { names }: ValueForm,
  report: Report,
): { readonly name: string; readonly value: Text } | undefined {
  const [whole = '', blanks = '', name = ''] = /^(\s*)([A-Za-z_]\w*)\s*=\s*/.exec(piece.text) ?? [];
  if (names.includes(name.toLowerCase())) {
    return { name: name.toLowerCase(), value: trim(cut(piece, whole.length)) };
  }
  if (/\w\s*=\s*\S/.test(piece.text) && !startsQuoted(piece.text, blanks)) {
    report.repaired('equals', piece, 'swatch itself takes what stands before = for the name of an option');
  }
  return undefined;
}

const startsQuoted = (text: string, blanks: string): boolean => /^["']/.test(text.slice(blanks.length));

/** What stands between commas that are not inside of quotes. */
function pieces(value: Text, report: Report): readonly Text[] {
  const found: Text[] = [];
  let from = 0;
  let quote = '';
  for (let at = 0; at < value.text.length; at += 1) {
    const char = value.text.charAt(at);
    if (char === '\\') at += 1;
    else if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === ',')
        report.repaired('comma', cut(value, at), 'swatch itself cuts the value at this comma, quotes or not');
    } else if (opensQuote(value.text, at)) quote = char;
    else if (char === ',') {
      found.push(cut(value, from, at));
      from = at + 1;
    }
  }
  return [...found, cut(value, from)];
}

/** A quote at the beginning of a word that is closed further on; others are apostrophes and inches. */
function opensQuote(text: string, at: number): boolean {
  const char = text.charAt(at);
  if (char !== '"' && char !== "'") return false;
  return (at === 0 || /[\s=,(]/.test(text.charAt(at - 1))) && text.indexOf(char, at + 1) > 0;
}

/** A text without the quotes around the whole of it. */
function unquote(text: Text, report: Report, name?: string): Text {
  const quote = text.text.charAt(0);
  if ((quote !== '"' && (quote !== "'" || name !== undefined)) || !closesAtEnd(text.text)) return text;
  const inner = cut(text, 1, text.text.length - 1);
  if (name !== undefined && /^\S+$/.test(inner.text)) {
    report.repaired('quotes', text, `one word in quotes breaks the script that swatch itself makes`);
  }
  return inner;
}

function closesAtEnd(text: string): boolean {
  const quote = text.charAt(0);
  for (let at = 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return at === text.length - 1;
  }
  return false;
}
