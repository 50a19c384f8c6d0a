import type { Command } from '../../model/intent.ts';
import type { Part } from './template.ts';

type Variable = Exclude<Part, { type: 'text' }>;

/** What the shell is inside of while it reads: the innermost last. */
type Inside = 'plain' | 'single' | 'double' | 'backticks' | 'command' | 'braces' | 'comment';

/** Where in a command line reading has come to. */
interface Reading {
  readonly inside: Inside[];
  /** The last character taken: a backslash that quotes the next, a `$`, or a beginning of a word. */
  last: 'backslash' | 'dollar' | 'blank' | 'other';
  /** From here on it is not certain what is inside of what. */
  uncertain: boolean;
}

/**
 * The line for a shell with each value quoted according to where it stands, so that it is data and part of just
 * one word. Where no quoting can be relied on the command is refused: in command substitutions, in comments,
 * after here documents, after a backslash or a `$`.
 */
export function quotedCommand(
  parts: readonly Part[],
  valueOf: (variable: Variable) => string,
): { readonly command: Command } | { readonly refused: string } {
  const reading: Reading = { inside: ['plain'], last: 'blank', uncertain: false };
  let text = '';
  for (const part of parts) {
    if (part.type === 'text') {
      read(reading, part.text);
      text += part.text;
      continue;
    }
    const refused = whyUnsafe(reading);
    if (refused !== undefined) return { refused };
    text += quoted(valueOf(part), innermost(reading));
    reading.last = 'other';
  }
  if (text.includes('\0')) return { refused: 'it would hold a NUL character' };
  return { command: { type: 'shell', text } };
}

const innermost = ({ inside }: Reading): Inside => inside.at(-1) ?? 'plain';

function whyUnsafe({ inside, last, uncertain }: Reading): string | undefined {
  if (uncertain) return 'it is not certain where a value stands in it';
  if (inside.some((one) => one === 'backticks' || one === 'command' || one === 'braces')) {
    return 'a value stands inside a substitution of the shell';
  }
  const within = inside.at(-1);
  if (within === 'comment') return 'a value stands in a comment';
  if (within !== 'single' && last === 'backslash') return 'a value stands after a backslash';
  if (within !== 'single' && last === 'dollar') return 'a value stands after a $';
  return undefined;
}

/** The value as data at its place. */
function quoted(value: string, within: Inside): string {
  if (within === 'double') return value.replace(/[\\"$`]/g, '\\$&');
  const escaped = value.replaceAll("'", "'\\''");
  return within === 'single' ? escaped : `'${escaped}'`;
}

function read(reading: Reading, text: string): void {
  for (let at = 0; at < text.length; at += 1) step(reading, text.charAt(at), text.charAt(at + 1));
}

function step(reading: Reading, char: string, next: string): void {
  const within = innermost(reading);
  const escaped = reading.last === 'backslash';
  const afterDollar = reading.last === 'dollar';
  const afterBlank = reading.last === 'blank';
  reading.last = 'other';
  if (within === 'single') {
    if (char === "'") reading.inside.pop();
  } else if (escaped) {
    return;
  } else if (within === 'comment') {
    if (char === '\n') reading.inside.pop();
    reading.last = 'blank';
  } else if (char === '\\') reading.last = 'backslash';
  else if (within === 'backticks') {
    if (char === '`') reading.inside.pop();
  } else if (within === 'double') readDouble(reading, char, afterDollar);
  else readPlain(reading, char, next, { afterDollar, afterBlank });
}

function readDouble(reading: Reading, char: string, afterDollar: boolean): void {
  if (char === '"') reading.inside.pop();
  else if (char === '$') reading.last = 'dollar';
  // What is inside a substitution inside quotes is read anew by the shell, by rules that differ between shells.
  else if (char === '`' || (afterDollar && /[({]/.test(char))) reading.uncertain = true;
}

function readPlain(
  reading: Reading,
  char: string,
  next: string,
  { afterDollar, afterBlank }: { readonly afterDollar: boolean; readonly afterBlank: boolean },
): void {
  const { inside } = reading;
  if (char === '"') {
    inside.push('double');
    if (afterDollar) reading.uncertain = true;
  } else if (char === "'") {
    inside.push('single');
    // Some shells know `$'…'`, in which a backslash quotes.
    if (afterDollar) reading.uncertain = true;
  } else if (char === '`') inside.push('backticks');
  else if (char === '$') reading.last = 'dollar';
  else if (char === '#' && afterBlank) inside.push('comment');
  else if (char === '<' && next === '<') reading.uncertain = true;
  else if (/[\s;&|]/.test(char)) reading.last = 'blank';
  else readBrackets(reading, char, afterDollar);
}

function readBrackets(reading: Reading, char: string, afterDollar: boolean): void {
  const { inside } = reading;
  const within = innermost(reading);
  if (char === '(') {
    if (afterDollar || within === 'command') inside.push('command');
    reading.last = 'blank';
  } else if (char === ')') {
    if (within === 'command') inside.pop();
    reading.last = 'blank';
  } else if (char === '{' && afterDollar) inside.push('braces');
  else if (char === '}' && within === 'braces') inside.pop();
}
