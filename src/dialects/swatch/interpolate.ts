import type { SwatchPart, SwatchText } from '../../engine/swatch/program.ts';
import { cut, type Text } from '../sec/text.ts';
import { lettersOf, withLetters } from './letters.ts';
import type { Report } from './report.ts';

/** Perl variables with a fixed text, as `perlcode` gives them. */
export type Constants = ReadonlyMap<string, string>;

/** How a text is read. */
export interface TextForm {
  readonly constants: Constants;
  /** `$N` is a field of the line, as with --awk-field-syntax. */
  readonly awk: boolean;
  /** It is a command: `$0` and `$*` are the line. */
  readonly command: boolean;
  /** It is only told: a variable that nothing gives stays as it is written. */
  readonly told?: boolean;
}

const ESCAPES: { readonly [letter: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  b: '\b',
  a: '\x07',
  e: '\x1b',
  '0': '\0',
};

/**
 * Reads a text in the way of Perl's double quotes, in which swatch puts all texts. Undefined: it holds what is
 * not known here, and that was told.
 */
export function readText(source: Text, form: TextForm, report: Report): SwatchText | undefined {
  const parts: SwatchPart[] = [];
  const { text } = source;
  const say = (at: number, message: string, hint?: string): undefined => {
    report.leftOut('variable', cut(source, at), message, hint);
    return undefined;
  };
  let letters = '';
  const add = (part: SwatchPart): void => {
    // Words of the log are whole arguments of a command: what protects them from a shell would be seen in them.
    const own = form.command && part.type !== 'text' ? letters.replaceAll('Q', '') : letters;
    parts.push(withLetters(part, own));
    // `\u` and `\l` are about one letter.
    if (part.type !== 'text' || part.text !== '') letters = letters.replaceAll(/[ul]/g, '');
  };
  for (let at = 0; at < text.length;) {
    const change = lettersOf(text.slice(at, at + 2), letters);
    if (change !== undefined) {
      letters = change;
      at += 2;
    } else if (text.charAt(at) === '\\' && at + 1 < text.length) {
      const { length, value } = escapeAt(text, at);
      add({ type: 'text', text: value });
      at += length;
    } else if (text.charAt(at) === '$') {
      const variable = variableAt(text, at, form);
      if ('why' in variable) {
        say(at, variable.why, variable.hint);
        if (form.told !== true) return undefined;
        add({ type: 'text', text: variable.written });
        at += variable.written.length;
        continue;
      }
      const element = variable.length > 1 && /^(?:->)?[[{]/.test(text.slice(at + variable.length));
      if (element) report.repaired('element', cut(source, at), ELEMENT);
      if (variable.repaired !== undefined)
        report.repaired(variable.code ?? 'variable', cut(source, at), variable.repaired);
      add(variable.part);
      at += variable.length;
    } else {
      const [plain = ''] = /^[^\\$]+|^[^]/.exec(text.slice(at)) ?? [];
      add({ type: 'text', text: plain });
      at += plain.length;
    }
  }
  return joined(parts);
}

const ELEMENT =
  'swatch itself takes this for an element of a list of Perl: the value and this text are meant';

function escapeAt(text: string, at: number): { readonly length: number; readonly value: string } {
  const [hex, digits = ''] = /^\\x\{?([0-9A-Fa-f]{1,2})\}?/.exec(text.slice(at)) ?? [];
  if (hex !== undefined) return { length: hex.length, value: String.fromCharCode(parseInt(digits, 16)) };
  const letter = text.charAt(at + 1);
  return { length: 2, value: ESCAPES[letter] ?? letter };
}

type Variable =
  | { readonly part: SwatchPart; readonly length: number; readonly repaired?: string; readonly code?: string }
  | { readonly why: string; readonly written: string; readonly hint?: string };

const VARIABLE = /^\$(?:\{(\w+)\}|\+\{(\w+)\}|(\d+)|([A-Za-z_]\w*)|([*&`'+$]))/;

function variableAt(text: string, at: number, { constants, awk, command }: TextForm): Variable {
  const found = VARIABLE.exec(text.slice(at));
  if (found === null) {
    const repaired = 'swatch itself does not start for this $ sign, or takes it for a variable: \\$ is meant';
    return { part: { type: 'text', text: '$' }, length: 1, repaired, code: 'dollar' };
  }
  const [{ length }, braced, group, digits, word, sign] = found;
  const name = braced ?? digits ?? word ?? '';
  if (group !== undefined) return { part: { type: 'match', group }, length };
  if (name === '_') return { part: { type: 'line' }, length };
  if (name === '0' || sign === '*') {
    if (command) return { part: { type: 'line' }, length };
    const repaired = `${found[0]} is the line only in commands of swatch itself: $_ is meant`;
    return { part: { type: 'line' }, length, repaired };
  }
  if (/^\d+$/.test(name)) return numberedAt(name, length, awk && command);
  const value = constants.get(name);
  if (value !== undefined) return { part: { type: 'text', text: value }, length };
  const why = `${found[0]} is a variable of Perl that nothing here gives`;
  return { why, written: found[0], hint: 'groups are $1, $2, …; the line is $_; a $ sign is written \\$' };
}

function numberedAt(digits: string, length: number, field: boolean): Variable {
  if (!field) return { part: { type: 'match', group: String(Number(digits)) }, length };
  const part = { type: 'field', number: Number(digits) } as const;
  if (!digits.includes('0')) return { part, length };
  return {
    part,
    length,
    repaired: `swatch itself reads $${digits} as a field and a digit: it knows no 0 in it`,
  };
}

/** Neighbouring texts as one. */
function joined(parts: readonly SwatchPart[]): SwatchText {
  const all: SwatchPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.type === 'text' && last?.type === 'text') {
      all[all.length - 1] = { type: 'text', text: last.text + part.text };
    } else all.push(part);
  }
  return all;
}

/**
 * The source of an expression with variables in it replaced, as Perl does before it compiles it. Undefined: it
 * holds one that nothing gives.
 */
export function expandPattern(source: Text, constants: Constants, report: Report): string | undefined {
  let expanded = '';
  let ok = true;
  for (const { 0: part, index } of source.text.matchAll(/\\[^]|\$\{?([A-Za-z_]\w*|\d+)\}?|@[A-Za-z_]|[^]/g)) {
    const where = cut(source, index);
    if (part.startsWith('$') && part.length > 1) {
      const value = constants.get(part.replaceAll(/[${}]/g, ''));
      if (value === undefined) {
        const hint = 'a dollar sign in the text is written \\$';
        report.error('variable', where, `${part} is a variable of Perl that nothing here gives`, hint);
        ok = false;
      }
      expanded += value ?? '';
    } else if (/^@./.test(part)) {
      report.repaired('at', where, 'swatch itself takes @ and a name for a list of Perl, and does not start');
      expanded += `\\${part}`;
    } else expanded += part;
  }
  return ok ? expanded : undefined;
}
