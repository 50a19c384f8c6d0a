import { concat, cut, textAt, trim, type Text } from '../sec/text.ts';
import type { Report } from './report.ts';

/** A line of a configuration: a keyword and what stands behind it. */
export interface Statement {
  readonly keyword: Text;
  readonly value: Text;
}

/**
 * The lines of a configuration in the way of swatchdog 3.2.4: blanks at the ends do not count, whole lines can
 * be comments, a backslash at the end joins the next line, blank or `=` separates keyword and value.
 */
export function readStatements(text: string, report: Report): readonly Statement[] {
  return joinedLines(text).map((line) => statementOf(line, report));
}

/** The lines that say something, joined where they end with a backslash. */
export function joinedLines(text: string): readonly Text[] {
  const physical = text.split('\n').map((line, index) => trim(textAt(line, { line: index + 1, column: 1 })));
  const lines: Text[] = [];
  for (let at = 0; at < physical.length; at += 1) {
    let line = physical[at] as Text;
    if (line.text === '' || line.text.startsWith('#')) continue;
    while (line.text.endsWith('\\')) {
      line = cut(line, 0, line.text.length - 1);
      const next = physical[at + 1];
      at += 1;
      if (next === undefined) break;
      // A comment or an empty line is swallowed, and the line is at its end.
      if (next.text !== '' && !next.text.startsWith('#')) line = concat(line, [next]);
    }
    lines.push(line);
  }
  return lines;
}

function statementOf(line: Text, report: Report): Statement {
  const [, keyword = '', separator = ''] = /^([^\s=]*)(\s*=\s*|\s*)/.exec(line.text) ?? [];
  const value = trim(cut(line, keyword.length + separator.length));
  if (/^\t+$/.test(separator) && value.text.includes('=')) {
    report.repaired('tab', line, 'a tab before a value with = in it is not understood by swatch');
  }
  return { keyword: cut(line, 0, keyword.length), value };
}
