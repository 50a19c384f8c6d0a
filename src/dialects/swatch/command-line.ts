import { closest } from '../../kit/distance.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';

/** What swatch's own command line says that means something here. */
export interface SwatchArguments {
  readonly awk: boolean;
  readonly oldStyle: boolean;
  readonly config?: string;
  /** Files to follow. */
  readonly tail: readonly string[];
  /** A file to read once. */
  readonly examine?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Options by their long names: what they are for, and whether a value follows. */
const FORMS: { readonly [name: string]: { readonly value: boolean; readonly hint?: string } } = {
  'awk-field-syntax': { value: false },
  'no-awk-field-syntax': { value: false },
  'old-style-config': { value: false },
  'config-file': { value: true },
  'tail-file': { value: true },
  examine: { value: true },
  'read-pipe': { value: true, hint: 'pipe the command into watch - or read its file' },
  'input-record-separator': { value: true, hint: 'the key multiline of a source' },
  daemon: { value: false, hint: 'bird-sentinel run' },
  'pid-file': { value: true, hint: 'nothing needs it' },
  'script-dir': { value: true, hint: 'no script is written' },
  'restart-time': { value: true, hint: 'files that rotate are followed' },
  'tail-args': { value: true, hint: 'files are followed without tail' },
  'tail-program-name': { value: true, hint: 'files are followed without tail' },
  'use-cpan-file-tail': { value: false, hint: 'files are followed without it' },
  'extra-module': { value: true, hint: 'Perl code is not run' },
  'extra-include-dir': { value: true, hint: 'Perl code is not run' },
  debug: { value: false, hint: 'bird-sentinel check' },
  'dump-script': { value: false, hint: 'there is no script' },
};

const SHORT: { readonly [letter: string]: string } = {
  O: 'old-style-config',
  c: 'config-file',
  t: 'tail-file',
  f: 'examine',
  p: 'read-pipe',
  r: 'restart-time',
  M: 'extra-module',
  I: 'extra-include-dir',
};

/** Reads swatchdog's own command line, in the way of Getopt::Long. It never fails: mistakes are warnings. */
export function readSwatchArguments(words: readonly string[]): SwatchArguments {
  const given = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const warn = (message: string, hint?: string): void =>
    void diagnostics.push({
      code: 'swatch.option',
      severity: 'warning',
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const { name, inline } = nameOf(word);
    const form = FORMS[name];
    if (form === undefined) {
      const near = closest(name, Object.keys(FORMS));
      warn(`swatch has no option ${word}`, near === undefined ? undefined : `did you mean --${near}?`);
      continue;
    }
    if (form.value && inline === undefined) at += 1;
    given.set(name, inline ?? (form.value ? (words[at] ?? '') : ''));
    if (form.hint !== undefined) warn(`--${name} means nothing here`, form.hint);
  }
  const [config, examine] = [given.get('config-file'), given.get('examine')];
  return {
    awk: given.has('awk-field-syntax'),
    oldStyle: given.has('old-style-config'),
    ...(config === undefined ? {} : { config }),
    tail: (given.get('tail-file') ?? '').split(/\s+/).filter((path) => path !== ''),
    ...(examine === undefined ? {} : { examine }),
    diagnostics,
  };
}

function nameOf(word: string): { readonly name: string; readonly inline?: string } {
  const [, long, value] = /^--([a-z-]+)(?:=([^]*))?$/.exec(word) ?? [];
  if (long !== undefined) return value === undefined ? { name: long } : { name: long, inline: value };
  const name = SHORT[word.charAt(1)];
  if (!/^-[^-]/.test(word) || name === undefined) return { name: word };
  return word.length === 2 ? { name } : { name, inline: word.slice(2).replace(/^=/, '') };
}
