import type { SwatchCommand, SwatchPart, SwatchText } from '../../engine/swatch/program.ts';
import { cut, type Text } from '../sec/text.ts';
import { readText, type TextForm } from './interpolate.ts';
import type { Report } from './report.ts';
import { toScript } from './script.ts';

/** How commands are read. */
export interface CommandForm extends TextForm {
  /** Whether commands with syntax for a shell run. */
  readonly shell: boolean;
}

/**
 * Reads a command line. Without syntax for a shell it is a list of words; else a script for one, in which what
 * comes of the log stands only in positional parameters. Undefined: it would be unsafe, and that was told.
 */
export function readCommand(source: Text, form: CommandForm, report: Report): SwatchCommand | undefined {
  const text = readText(source, form, report);
  if (text === undefined) return undefined;
  const refuse = (code: string, message: string, hint?: string): undefined => {
    report.leftOut(code, source, message, hint);
    return undefined;
  };
  if (text.every((part) => part.type === 'text' && part.text.trim() === '')) {
    return refuse('command', 'there is no command');
  }
  warnOfLines(source, form, report);
  const words = toWords(text);
  if (words === 'open') return refuse('command', 'a quote in this command is not closed');
  if (words !== 'shell') return checkedWords(words, source, report);
  if (!form.shell) {
    const hint = 'shell: allow on the include runs it; what comes of the log stays an argument';
    return refuse('shell-refused', 'this command has syntax for a shell, and is not run', hint);
  }
  const script = toScript(text);
  if ('refused' in script) return refuse('shell', `${script.refused}: it is not run`, SAFE);
  return { type: 'script', ...script };
}

/** What swatch itself lets a shell read. */
function warnOfLines(source: Text, { awk }: CommandForm, report: Report): void {
  const raw = /(?<!\\)\$(?:_|\{?\d)/.exec(source.text.replaceAll(/\$0/g, '  '));
  if (raw !== null && !(awk && raw[0] !== '$_')) {
    const message =
      'swatch itself gives this to a shell as it stands in the log, and whoever writes it can run commands';
    report.repaired('injection', cut(source, raw.index), `${message}: here it is an argument`);
  }
  const blanks = /(["'])[^"']*?\s{2}.*\1/.exec(source.text);
  if (blanks !== null)
    report.repaired('blanks', cut(source, blanks.index), 'swatch itself makes one blank of several');
  const line = /(?<!\\)\$[0*]/.exec(source.text);
  if (line !== null) {
    const message =
      'swatch itself lets a shell split the line, or loses it for a quote in it: here it is one argument';
    report.trap('argument', cut(source, line.index), message);
  }
}

const SAFE = 'give the line to a program as an argument: exec /path/program $0';

/** What sends a command line to a shell at all, as Perl's exec decides it. */
const SYNTAX = /[$&*(){}[\]'";\\|?<>~`\n]|^\s*\w+=/;

/** The words of a command without syntax for a shell; `shell`: it has some, `open`: a quote is not closed. */
function toWords(text: SwatchText): readonly SwatchText[] | 'shell' | 'open' {
  const written = text.map((part) => (part.type === 'text' ? part.text : 'x')).join('');
  // Where nothing asks for a shell even # is an ordinary character.
  const plain = !SYNTAX.test(written);
  const words: SwatchPart[][] = [];
  let word: SwatchPart[] | undefined;
  let quote = '';
  const add = (part: SwatchPart): void => {
    word ??= words[words.push([]) - 1];
    const last = word?.at(-1);
    if (word !== undefined && part.type === 'text' && last?.type === 'text') {
      word[word.length - 1] = { type: 'text', text: last.text + part.text };
    } else word?.push(part);
  };
  for (const part of text) {
    if (part.type !== 'text') {
      add(part);
      continue;
    }
    for (let at = 0; at < part.text.length; at += 1) {
      const char = part.text.charAt(at);
      const next = part.text.charAt(at + 1);
      if (quote === "'") {
        if (char === quote) quote = '';
        else add({ type: 'text', text: char });
      } else if (char === '\\' && (quote === '' || /["\\$`]/.test(next))) {
        if (next === '') return 'shell';
        add({ type: 'text', text: next });
        at += 1;
      } else if (quote === '"') {
        if (char === quote) quote = '';
        else if (/[$`]/.test(char)) return 'shell';
        else add({ type: 'text', text: char });
      } else if (char === '"' || char === "'") {
        quote = char;
        add({ type: 'text', text: '' });
      } else if (/[ \t]/.test(char)) word = undefined;
      else if (!plain && isSyntax(char, word === undefined, words.length, part.text.slice(at)))
        return 'shell';
      else add({ type: 'text', text: char });
    }
  }
  return quote === '' ? words : 'open';
}

/** Whether a character outside of quotes means something to a shell where it stands. */
function isSyntax(char: string, begins: boolean, words: number, rest: string): boolean {
  if (/[|&;<>()$`*?[\n]/.test(char)) return true;
  if (begins && /[~#]/.test(char)) return true;
  return begins && words === 0 && (/^\w+=/.test(rest) || /^[{}!]/.test(char));
}

const INTERPRETERS =
  /^(?:(?:[abckz]|ba|da|tc|fi|pdk|mk|rk)?sh|perl|python[\d.]*|ruby|node|php|lua|awk|gawk|mawk|sed)$/;
const REMOTE = /^(?:ssh|rsh|su|eval|sudo|doas|env|nohup|setsid|xargs|timeout|nice|chroot|runuser|watch)$/;

function checkedWords(words: readonly SwatchText[], source: Text, report: Report): SwatchCommand | undefined {
  const [program = []] = words;
  if (program.some(({ type }) => type !== 'text')) {
    report.leftOut(
      'program-name',
      source,
      'what comes of the log would be the name of a program: it is not run',
    );
    return undefined;
  }
  const codeAt = words.findIndex((_, index) => index > 0 && isCode(words, index));
  if (codeAt >= 0) {
    report.leftOut(
      'shell',
      source,
      'what comes of the log would be code for an interpreter: it is not run',
      SAFE,
    );
    return undefined;
  }
  for (const [index, word] of words.entries()) {
    const [first] = word;
    if (index === 0 || first === undefined || first.type === 'text' || first.type === 'line') continue;
    if (words.slice(0, index).some((other) => plainOf(other) === '--')) continue;
    const message = 'a value that begins with - is an option to this program';
    report.trap('option-injection', cut(source, 0), message, 'write -- before it, if the program knows that');
    break;
  }
  return { type: 'words', words };
}

/** Whether a word with something of the log in it is what an interpreter or another shell takes for code. */
function isCode(words: readonly SwatchText[], at: number): boolean {
  if ((words[at] ?? []).every(({ type }) => type === 'text')) return false;
  const before = words.slice(0, at).map((word) => plainOf(word).replace(/^.*\//, ''));
  if (before.some((word) => /^(?:eval|ssh|rsh)$/.test(word))) return true;
  const last = before.at(-1) ?? '';
  const [program = ''] = before;
  const runs = before.some((word) => INTERPRETERS.test(word)) || REMOTE.test(program);
  return runs && (/^-\w*[ceEr]$|^--(?:command|eval|expression)$/.test(last) || /^(?:\w*awk|sed)$/.test(last));
}

const plainOf = (word: SwatchText): string =>
  word.map((part) => (part.type === 'text' ? part.text : '')).join('');
