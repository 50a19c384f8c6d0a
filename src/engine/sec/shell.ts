import type { Command } from '../../model/intent.ts';
import type { SecCommand, SecSettings } from './program.ts';
import { quotedCommand } from './quoting.ts';
import type { Scene } from './scene.ts';
import type { Template } from './template.ts';
import type { Texts } from './texts.ts';

/** A command ready to run, or why it is not run. */
export type Prepared = { readonly command: Command } | { readonly refused: string };

/** How a command line is made of a rule's text. */
export interface CommandForm {
  /** Action list variables are filled in too. */
  readonly action: boolean;
  /** `--quoting` holds for this kind of action. */
  readonly quotes: boolean;
}

/** Makes commands of rules' texts; log text never becomes shell syntax but under `raw`. */
export interface Shell {
  prepare(command: SecCommand, scene: Scene, form: CommandForm): Prepared;
}

/** What makes Perl give a command line to a shell. */
const SYNTAX = /[$&*(){}[\]'";\\|?<>~`\n]/;

const NUL = { refused: 'it would hold a NUL character' };

export function createShell(settings: SecSettings, texts: Texts): Shell {
  const words = (list: readonly string[], scene: Scene, form: CommandForm): Prepared => {
    const filled = list.map((word) => fillText(word, scene, form, texts));
    return runnable(settings.shell === 'raw' ? filled.map(cutAtNul) : filled);
  };

  const raw = (text: string, scene: Scene, form: CommandForm): Prepared => {
    const quoted = settings.quoting && form.quotes ? { ...scene, desc: quoteWord(scene.desc) } : scene;
    const line = cutAtNul(fillText(text, quoted, form, texts));
    return needsShell(line) ? { command: { type: 'shell', text: line } } : runnable(blankSplit(line));
  };

  const written = (text: string, scene: Scene, form: CommandForm): Prepared => {
    const { template, valueOf } = texts.parsed(text, scene, form.action);
    if (!needsShell(literal(template))) return words(blankSplit(text), scene, form);
    if (settings.shell === 'refused') return { refused: 'it has shell syntax' };
    if (template.dynamic) return { refused: 'a value stands in the name of a variable' };
    return quotedCommand(template.parts, valueOf);
  };

  return {
    prepare(command, scene, form) {
      if (command.type === 'words') return words(command.words, scene, form);
      return settings.shell === 'raw' ? raw(command.text, scene, form) : written(command.text, scene, form);
    },
  };
}

/** What `exec` makes of a text, which to the system ends with a NUL: SEC's commands do. */
const cutAtNul = (text: string): string => text.split('\0', 1)[0] ?? '';

const fillText = (text: string, scene: Scene, { action }: CommandForm, texts: Texts): string =>
  action ? texts.inList(text, scene) : texts.plain(text, scene.bindings);

function runnable(argv: readonly string[]): Prepared {
  if (argv.length === 0 || argv[0] === '') return { refused: 'it is empty' };
  return argv.some((word) => word.includes('\0')) ? NUL : { command: { type: 'argv', argv } };
}

/** What Perl's `exec` looks for: syntax of a shell, an assignment before the command, or the word `exec`. */
function needsShell(line: string): boolean {
  const text = line.trimStart();
  const inner = text.endsWith('\n') ? text.slice(0, -1) : text;
  return SYNTAX.test(inner) || /^\w+=/.test(inner) || /^exec\s/.test(inner);
}

/** The text of the rule itself, with a harmless letter for each variable. */
const literal = ({ parts }: Template): string =>
  parts.map((part) => (part.type === 'text' ? part.text : 'x')).join('');

const blankSplit = (line: string): readonly string[] =>
  line.split(/[ \t\n\v\f\r]+/).filter((word) => word !== '');

/** A text as one word for a shell. */
export const quoteWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
