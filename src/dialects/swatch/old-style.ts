import { cut, trim, type Text } from '../sec/text.ts';
import { joinedLines, type Statement } from './statements.ts';

/** A line of a configuration in the style of swatch 2. */
export interface OldLine {
  readonly keyword: Text;
  readonly pattern: Text;
  readonly actions: readonly Statement[];
  readonly throttle: Text | undefined;
}

/** Reads the old style: pattern, actions and throttle, with tabs between them. */
export function readOldStyle(text: string): readonly OldLine[] {
  return joinedLines(text).map((line) => {
    const [pattern = line, actions, throttle] = fields(line);
    const ignored = line.text.includes('ignore');
    return {
      keyword: { ...line, text: ignored ? 'ignore' : 'watchfor' },
      pattern,
      actions: actions === undefined || ignored ? [] : actionsOf(actions),
      throttle: throttle !== undefined && /^\d/.test(throttle.text) ? throttle : undefined,
    };
  });
}

const fields = (line: Text): readonly Text[] =>
  [...line.text.matchAll(/[^\t]+/g)].map(({ index, 0: field }) =>
    trim(cut(line, index, index + field.length)),
  );

/** Actions stand between commas that are not in quotes; behind `=` stands their value. */
function actionsOf(field: Text): readonly Statement[] {
  return [...field.text.matchAll(/(?:"(?:\\[^]|[^"\\])*"|[^,])+/g)].map(({ index, 0: action }) => {
    const whole = trim(cut(field, index, index + action.length));
    const [name = ''] = /^[^=\s]*/.exec(whole.text) ?? [];
    const [sign = ''] = /^\s*=?\s*/.exec(whole.text.slice(name.length)) ?? [];
    return { keyword: cut(whole, 0, name.length), value: cut(whole, name.length + sign.length) };
  });
}
