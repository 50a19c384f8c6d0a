import type { SwatchText } from '../../engine/swatch/program.ts';

/** A script for `/bin/sh`, and what it finds in its positional parameters. */
export interface Script {
  readonly script: string;
  readonly values: readonly SwatchText[];
}

/** What the shell is inside of. */
interface State {
  quote: '' | "'" | '"' | '#';
  /** The character before, as far as it matters: an escape, a dollar sign, or where a command begins. */
  before: 'escape' | 'dollar' | 'begin' | 'blank' | 'other';
  /** Why no value can stand from here on. */
  unsure: string | undefined;
}

/**
 * A script in which each value stands as a quoted parameter: the shell reads its name, never its text. Where
 * the shell would read even that anew, or take it for the name of a program, the command is refused.
 */
export function toScript(text: SwatchText): Script | { readonly refused: string } {
  const state: State = { quote: '', before: 'begin', unsure: undefined };
  const values: SwatchText[] = [];
  let script = '';
  for (const part of text) {
    if (part.type === 'text') {
      const wrong = readScript(state, part.text);
      if (wrong !== undefined) return { refused: wrong };
      script += part.text;
      continue;
    }
    const refused = whyNot(state);
    if (refused !== undefined) return { refused };
    values.push([part]);
    script += parameter(values.length, state.quote);
    state.before = 'other';
  }
  if (values.length > 0 && INTERPRETED.test(script)) {
    return { refused: 'the command gives code to a shell or an interpreter' };
  }
  return { script, values };
}

/** Commands that read a text as code: with something of the log in the script that could be it. */
const INTERPRETED =
  /(?:^|[\s;|&(/])(?:eval|ssh|rsh|(?:[abckz]|ba|da|tc|fi|pdk|mk|rk)?sh|su|perl|python[\d.]*|ruby|node|php|lua|awk|gawk|mawk|sed|env|xargs)(?=$|[\s;|&)])/;

function parameter(number: number, quote: State['quote']): string {
  const name = `\${${String(number)}}`;
  if (quote === '"') return name;
  return quote === "'" ? `'"${name}"'` : `"${name}"`;
}

function whyNot({ quote, before, unsure }: State): string | undefined {
  if (unsure !== undefined) return unsure;
  if (quote === '#') return 'a value stands in a comment';
  if (before === 'escape') return 'a value stands behind a backslash';
  if (before === 'dollar') return 'a value stands behind a dollar sign';
  return before === 'begin' && quote !== "'"
    ? 'what comes of the log would be the name of a program'
    : undefined;
}

/** Follows a text of the rule file; the answer is why it cannot run. */
function readScript(state: State, text: string): string | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (state.quote !== "'" && /^\$\{?[\d@*#]/.test(text.slice(at)) && state.before !== 'escape') {
      return 'a parameter of the shell stands in it, which means nothing here';
    }
    readChar(state, char, text.charAt(at + 1));
  }
  return undefined;
}

function readChar(state: State, char: string, next: string): void {
  const { quote, before } = state;
  const begins = before === 'begin';
  state.before = 'other';
  if (before === 'escape') return;
  if (quote === "'") {
    if (char === "'") state.quote = '';
  } else if (quote === '#') {
    if (char === '\n') Object.assign(state, { quote: '', before: 'begin' });
  } else if (char === '\\') state.before = 'escape';
  else if (char === '`') state.unsure = 'a value stands in a substitution of the shell';
  else if (before === 'dollar' && /[({'"]/.test(char))
    state.unsure = 'a value stands in a substitution of the shell';
  else if (char === '$') state.before = 'dollar';
  else if (quote === '"') {
    if (char === '"') state.quote = '';
  } else if (char === '"' || char === "'") {
    state.quote = char;
    if (begins) state.before = 'begin';
  } else if (char === '<' && next === '<') state.unsure = 'a value stands behind a here document';
  else if (char === '#' && (before === 'blank' || begins)) state.quote = '#';
  else if (/[;|&(\n]/.test(char)) state.before = 'begin';
  else if (/\s/.test(char)) state.before = begins ? 'begin' : 'blank';
}
