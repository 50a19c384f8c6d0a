import type { SecActions, SecCommand, SecRuleChoice } from '../../engine/sec/program.ts';
import { closing, isWrapped, parameter, unescape, unwrap } from './parens.ts';
import type { Reading } from './reading.ts';
import { cut, trim, words, type Text } from './text.ts';

/** Takes the parameters of one action off its text, from left to right. */
export interface Parameters {
  readonly reading: Reading;
  /** A parameter without blanks, that must be there. */
  readonly word: (what: string) => string;
  /** The same, with a value for when it is missing or empty. */
  readonly optionalWord: (otherwise: string) => string;
  /** `%name`; gives the name. */
  readonly variable: () => string;
  readonly optionalVariable: () => string | undefined;
  /** A text in single quotes, its blanks kept; undefined when none is next. */
  readonly quoted: () => string | undefined;
  /** All the rest; SEC's default is `%s`. */
  readonly text: () => string;
  readonly optionalRest: () => Text | undefined;
  /** All the rest as a command for the shell, or as words. */
  readonly command: (type: SecCommand['type']) => SecCommand;
  readonly optionalCommand: (type: SecCommand['type']) => { readonly command?: SecCommand };
  readonly actions: (source: Text) => SecActions;
  /** `(LIST)` next in the text. */
  readonly list: () => SecActions;
  /** Whether the expression matches next; it is taken off with the blanks after it. */
  readonly take: (expression: RegExp) => RegExpExecArray | undefined;
  /** The rule an offset means; undefined when none is next. */
  readonly ruleChoice: () => SecRuleChoice | undefined;
  readonly fail: (message: string) => void;
  /** All the rest as it is written. */
  readonly raw: () => Text;
  /** What was not taken off. */
  readonly left: () => Text;
}

/** Reads a list of actions in the text of another action. */
export type ReadActions = (source: Text, reading: Reading) => SecActions;

export function createParameters(
  source: Text,
  usage: string,
  reading: Reading,
  read: ReadActions,
): Parameters {
  let left = trim(source);
  const fail = (message: string): void =>
    reading.report.error('action', left.text === '' ? trim(source) : left, message, `the form is ${usage}`);
  const advance = (by: number): Text => {
    const taken = cut(left, 0, by);
    left = trim(cut(left, by));
    return taken;
  };
  const nextWord = (): Text | undefined => {
    const found = /^[^\t-\r ]+/.exec(left.text);
    return found === null ? undefined : advance(found[0].length);
  };
  const optionalWord = (otherwise: string): string => {
    const taken = nextWord();
    const value = taken === undefined ? '' : parameter(taken).text;
    return value === '' ? otherwise : value;
  };
  const take = (expression: RegExp): RegExpExecArray | undefined => {
    const found = expression.exec(left.text);
    if (found !== null) advance(found[0].length);
    return found ?? undefined;
  };
  const word = (what: string): string => {
    const value = optionalWord('');
    if (value === '') fail(`${what} is missing`);
    return value;
  };
  const optionalVariable = (): string | undefined => take(/^%([A-Za-z]\w*)(?=[\t-\r ]|$)/)?.[1];
  const rest = (): Text => advance(left.text.length);
  const commandOf = (type: SecCommand['type']): SecCommand | undefined => {
    const taken = rest();
    const value = parameter(taken);
    if (value.text === '') return undefined;
    return type === 'line'
      ? { type, text: value.text }
      : { type, words: words(value).map(({ text }) => text) };
  };
  const optionalRest = (): Text | undefined => {
    const taken = unwrap(rest());
    return taken.text === '' ? undefined : taken;
  };
  const actions = (list: Text): SecActions => read(list, reading);
  return {
    reading,
    word,
    optionalWord,
    optionalVariable,
    take,
    fail,
    actions,
    optionalRest,
    raw: rest,
    left: () => left,
    variable: () => {
      const name = optionalVariable();
      if (name === undefined) fail('a variable is missing: % and a name of letters, digits and _');
      return name ?? '';
    },
    quoted: () => {
      const found = /^'[^']*'(?=[\t-\r ]|$)/.exec(left.text);
      if (found === null) return undefined;
      const taken = advance(found[0].length);
      const inner = cut(taken, 1, taken.text.length - 1);
      return unescape(isWrapped(trim(inner).text) ? unwrap(inner) : inner).text;
    },
    text: () => {
      const value = parameter(rest()).text;
      return value === '' ? '%s' : value;
    },
    command: (type) => {
      const command = commandOf(type);
      if (command === undefined) fail('a command is missing');
      return command ?? { type: 'words', words: [] };
    },
    optionalCommand: (type) => {
      const command = commandOf(type);
      return command === undefined ? {} : { command };
    },
    list: () => {
      const end = left.text.startsWith('(') ? closing(left.text, 0) : undefined;
      if (end === undefined || !/^(?:[\t-\r ]|$)/.test(left.text.slice(end + 1))) {
        fail('a list of actions in parentheses is missing');
        return [];
      }
      return actions(unwrap(advance(end + 1)));
    },
    ruleChoice: () => {
      const found = take(/^([-+]?)(\d+)(?=[\t-\r ]|$)/);
      return found === undefined ? undefined : ruleChoiceOf(found[1] ?? '', Number(found[2]));
    },
  };
}

function ruleChoiceOf(sign: string, number: number): SecRuleChoice {
  if (sign === '-') return { by: 'offset', offset: number === 0 ? 0 : -number };
  if (sign === '+' || number === 0) return { by: 'offset', offset: number };
  return { by: 'number', rule: number };
}
