import { concat, textAt, trim, type Text } from './text.ts';

/**
 * The lines of a rule file after a backslash at the end of a line joined it with the next, blanks at the ends
 * taken away. This holds for comments too: one that ends with a backslash swallows the next line. A line
 * still open at the end of the file is dropped, as SEC drops it; `open` is what was lost.
 */
export function joinLines(text: string): { readonly lines: readonly Text[]; readonly open?: Text } {
  const lines: Text[] = [];
  let held: Text | undefined;
  for (const [index, line] of physicalLines(text).entries()) {
    const whole = textAt(line, { line: index + 1, column: 1 });
    const joined = held === undefined ? whole : concat(held, [whole]);
    const open = /\\[\t-\r ]*$/.exec(line);
    if (open === null) {
      lines.push(trim(joined));
      held = undefined;
    } else {
      const before = textAt(line.slice(0, open.index), { line: index + 1, column: 1 });
      held = held === undefined ? before : concat(held, [before]);
    }
  }
  return held === undefined ? { lines } : { lines, open: held };
}

function physicalLines(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
