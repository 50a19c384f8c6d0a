import { closest } from '../../kit/distance.ts';
import type { SecSettings } from '../../engine/sec/program.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { findSwitch, switchForms, type SwitchForm, type SwitchName } from './switch-table.ts';

/** An input as `--input` names it: a pattern of file names or `-`, and the context bound to its lines. */
export interface SecInputSwitch {
  readonly glob: string;
  readonly context?: string;
}

/** All that SEC's command line says, with SEC's defaults for the rest. Times are seconds. */
export interface SecSwitches {
  /** Patterns of file names; blanks separate several. */
  readonly conf: readonly string[];
  readonly inputs: readonly SecInputSwitch[];
  /** 0: off. */
  readonly inputTimeout: number;
  readonly timeoutScript?: string;
  readonly reopenTimeout: number;
  readonly checkTimeout: number;
  readonly pollTimeout: number;
  readonly socketTimeout: number;
  /** Bytes for one read. */
  readonly blocksize: number;
  /** Lines; 0: what the patterns need. */
  readonly bufsize: number;
  /** Events; 0: no limit. */
  readonly evstoresize: number;
  readonly cleantime: number;
  readonly log?: string;
  readonly syslog?: string;
  /** 1 (critical) to 6 (everything). */
  readonly debug: number;
  readonly pid?: string;
  readonly dump: string;
  readonly dumpfts: boolean;
  readonly dumpfjson: boolean;
  readonly user?: string;
  readonly groups: readonly string[];
  readonly umask?: number;
  readonly ruleperf: boolean;
  readonly quoting: boolean;
  readonly tail: boolean;
  readonly fromstart: boolean;
  readonly detach: boolean;
  readonly jointbuf: boolean;
  readonly keepopen: boolean;
  readonly rwfifo: boolean;
  readonly childterm: boolean;
  readonly intevents: boolean;
  readonly intcontexts: boolean;
  readonly testonly: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Values as written last, or all of them where uses add up. */
interface Given {
  readonly flags: Map<SwitchName, boolean>;
  readonly numbers: Map<SwitchName, number>;
  readonly texts: Map<SwitchName, readonly string[]>;
}

/**
 * Reads SEC's own command line, in the way of Getopt::Long. Like SEC it goes on after a mistake, with the
 * default for a value that is none; each mistake is a warning.
 */
export function readSwitches(words: readonly string[]): {
  readonly switches: SecSwitches;
  readonly diagnostics: readonly Diagnostic[];
} {
  const given: Given = { flags: new Map(), numbers: new Map(), texts: new Map() };
  const diagnostics: Diagnostic[] = [];
  const warn = (message: string, hint?: string): void => {
    const diagnostic: Diagnostic = { code: 'sec.option', severity: 'warning', message };
    diagnostics.push(hint === undefined ? diagnostic : { ...diagnostic, hint });
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') break;
    at += readWord(word, words[at + 1], given, warn) ? 1 : 0;
  }
  const switches = assemble(given);
  if (switches.inputTimeout > 0 && switches.timeoutScript === undefined) {
    warn('--input-timeout does nothing without --timeout-script');
  }
  if (switches.groups.length > 0 && switches.user === undefined) warn('--group does nothing without --user');
  return { switches, diagnostics };
}

type Warn = (message: string, hint?: string) => void;

/** Whether the next word was taken as its value. */
function readWord(word: string, next: string | undefined, given: Given, warn: Warn): boolean {
  const found = /^(?:--|[-+])([^=]+)(?:=([^]*))?$/.exec(word);
  if (found === null) {
    warn(`SEC takes no argument '${word}': it is ignored`);
    return false;
  }
  const [, name = '', inline] = found;
  const meant = findSwitch(name);
  if (!('name' in meant)) {
    reportName(name, meant, warn);
    return false;
  }
  const form: SwitchForm = switchForms[meant.name];
  if (form.takes === 'nothing') {
    if (inline !== undefined) warn(`--${meant.name} takes no value: it is ignored`);
    else given.flags.set(meant.name, meant.value);
    return false;
  }
  const value = inline ?? next;
  if (value === undefined || inline === '') warn(`--${meant.name} needs a value: it is ignored`);
  else setValue(meant.name, form, value, given, warn);
  return inline === undefined && next !== undefined;
}

function reportName(name: string, candidates: readonly string[], warn: Warn): void {
  if (candidates.length > 0) {
    warn(
      `--${name} is not clear: it is ignored`,
      `it could be ${candidates.map((each) => `--${each}`).join(', ')}`,
    );
    return;
  }
  const near = closest(name, Object.keys(switchForms));
  warn(
    `SEC has no option --${name}: it is ignored`,
    near === undefined ? undefined : `did you mean --${near}?`,
  );
}

function setValue(
  name: SwitchName,
  form: Exclude<SwitchForm, { takes: 'nothing' }>,
  value: string,
  given: Given,
  warn: Warn,
): void {
  if (form.takes === 'text') {
    given.texts.set(name, form.adds ? [...(given.texts.get(name) ?? []), value] : [value]);
    return;
  }
  const number = parseNumber(form.takes, value);
  if (number === undefined) {
    warn(`--${name}: '${value}' is not a number: it is ignored`);
  } else if (number < form.least || number > form.most) {
    given.numbers.delete(name);
    warn(`--${name}: ${value} is out of range: the default is used`, rangeOf(form));
  } else given.numbers.set(name, number);
}

function rangeOf({ takes, least, most }: Extract<SwitchForm, { least: number }>): string {
  if (takes === 'mask') return 'an octal number from 0 to 0777';
  return most < 1000
    ? `a number from ${String(least)} to ${String(most)}`
    : `a number of at least ${String(least)}`;
}

/** `mask` numbers are octal with a leading 0, hexadecimal with 0x, binary with 0b, else decimal. */
function parseNumber(type: 'whole' | 'real' | 'mask', value: string): number | undefined {
  if (type === 'whole') return /^[-+]?\d+$/.test(value) ? Number(value) : undefined;
  if (type === 'real')
    return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? Number(value) : undefined;
  if (/^0[0-7]*$/.test(value)) return Number.parseInt(value, 8);
  return /^(?:[1-9]\d*|0x[\da-f]+|0b[01]+)$/i.test(value) ? Number(value) : undefined;
}

function assemble({ flags, numbers, texts }: Given): SecSwitches {
  const inputs = (texts.get('input') ?? []).map(readInput);
  const flag = (name: SwitchName, otherwise = false): boolean => flags.get(name) ?? otherwise;
  const number = (name: SwitchName, otherwise: number): number => numbers.get(name) ?? otherwise;
  const text = (name: SwitchName): string | undefined => texts.get(name)?.at(-1);
  const umask = numbers.get('umask');
  return {
    conf: texts.get('conf') ?? [],
    inputs,
    inputTimeout: number('input-timeout', 0),
    reopenTimeout: number('reopen-timeout', 0),
    checkTimeout: number('check-timeout', 0),
    pollTimeout: number('poll-timeout', 0.1),
    socketTimeout: number('socket-timeout', 60),
    blocksize: number('blocksize', 8192),
    bufsize: number('bufsize', 0),
    evstoresize: number('evstoresize', 0),
    cleantime: number('cleantime', 1),
    debug: number('debug', 6),
    dump: text('dump') ?? '/tmp/sec.dump',
    groups: texts.get('group') ?? [],
    ...present({ timeoutScript: text('timeout-script'), log: text('log'), syslog: text('syslog') }),
    ...present({ pid: text('pid'), user: text('user') }),
    ...(umask === undefined ? {} : { umask }),
    dumpfts: flag('dumpfts'),
    dumpfjson: flag('dumpfjson'),
    ruleperf: flag('ruleperf'),
    quoting: flag('quoting'),
    tail: flag('tail', true),
    fromstart: flag('fromstart'),
    detach: flag('detach'),
    jointbuf: flag('jointbuf') || numbers.get('bufsize') === 1,
    keepopen: flag('keepopen', true),
    rwfifo: flag('rwfifo', true),
    childterm: flag('childterm', true),
    intevents: flag('intevents'),
    intcontexts: flag('intcontexts') || inputs.some(({ context }) => context !== undefined),
    testonly: flag('testonly'),
    help: flag('help'),
    version: flag('version'),
  };
}

/** The members that are there. */
function present<Names extends string>(
  values: Readonly<Record<Names, string | undefined>>,
): { readonly [Name in Names]?: string } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  // Object.fromEntries forgets the names, which are those of `values`.
  return Object.fromEntries(kept) as { [Name in Names]?: string };
}

function readInput(value: string): SecInputSwitch {
  const found = /^([^]+)=([^\s=]+)$/.exec(value);
  const [, glob = value, context] = found ?? [];
  return context === undefined ? { glob } : { glob, context };
}

/** What the machine must know of the switches. */
export function settingsOf(switches: SecSwitches, shell: SecSettings['shell']): SecSettings {
  const { bufsize, jointbuf, evstoresize, cleantime, quoting, intevents, intcontexts } = switches;
  return { bufsize, jointbuf, evstoresize, cleantime, quoting, intevents, intcontexts, shell };
}
