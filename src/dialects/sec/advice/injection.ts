import type { SecAction, SecCommand, SecSettings } from '../../../engine/sec/program.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { operandsOf } from '../precedence.ts';
import { matchVariables, variablePattern } from '../variables.ts';
import { allActions, halvesOf, listsOf, type Placed } from '../walk.ts';
import { givesVariables, type Taint } from './taint.ts';
import { warning } from './warning.ts';

/** A command somewhere in a rule. */
interface Place {
  readonly placed: Placed;
  /** The field it stands in. */
  readonly keyword: string;
  /** What runs it, and the form that needs no shell. */
  readonly runs: string;
  readonly instead: string;
  readonly command: SecCommand;
}

/** What Perl itself takes for a sign that a command line needs a shell. */
const SHELL_SIGNS = /[$&*(){}[\]'";\\|?<>~`\n]/;

/** Warns where text of log lines reaches a shell, Perl code, a program's options or a file's name. */
export function adviseInjection(placed: Placed, taint: Taint, settings: SecSettings): readonly Diagnostic[] {
  const { rule } = placed;
  const actions = listsOf(rule).flatMap(({ keyword, actions: list }) =>
    allActions(list).map((action) => ({ keyword, action })),
  );
  const script: readonly Place[] =
    rule.type === 'SingleWithScript'
      ? [{ placed, keyword: 'script', runs: 'script', instead: 'shell=no', command: rule.script }]
      : [];
  const commands = actions.flatMap(({ keyword, action }) => {
    const command = 'command' in action ? action.command : undefined;
    if (command === undefined) return [];
    return [{ placed, keyword, runs: action.type, instead: execFormOf(action.type), command }];
  });
  return [
    ...[...script, ...commands].flatMap((place) => adviseCommand(place, taint, settings)),
    ...actions.flatMap(({ keyword, action }) => adviseFile(placed, keyword, action, taint)),
    ...actions.flatMap(({ keyword, action }) => adviseEval(placed, keyword, action, taint)),
    ...adviseContexts(placed),
  ];
}

const execFormOf = (type: string): string => (type === 'shellcmd' ? 'cmdexec' : `${type}exec`);

function adviseCommand(place: Place, taint: Taint, settings: SecSettings): readonly Diagnostic[] {
  const { placed, keyword, runs, command } = place;
  if (command.type === 'words') return adviseWords(place, command.words, taint);
  const signs = needsShell(command.text);
  if (settings.shell !== 'raw' && !signs) return adviseWords(place, command.text.split(/[\t-\r ]+/), taint);
  const names = taint
    .namesIn(command.text, keyword, placed.rule)
    .filter((name) => !(settings.quoting && name === '%s' && /^(?:shellcmd|spawn|cspawn)$/.test(runs)));
  const hint = `${place.instead} gives each word to the program as it is, without a shell`;
  if (settings.shell === 'raw' && names.length > 0) {
    const message = `${keyword}: log text (${unique(names)}) reaches a shell (${runs})`;
    return [warning('shell', placed, message, hint)];
  }
  if (settings.shell !== 'refused') return [];
  const reached = names.length > 0 ? `, which log text (${unique(names)}) would reach` : '';
  const message = `${keyword}: this command line (${runs}) needs a shell${reached}: it is not run`;
  return [warning('shell-refused', placed, message, `${hint}; shell: allow on the include allows it`)];
}

/** Whether a command line needs a shell whatever the values of its variables are. */
function needsShell(text: string): boolean {
  const plain = text.replaceAll(variablePattern, 'x').replaceAll(/%(?:\+?\{\.?\w+\}|\.?\w+)/g, 'x');
  return SHELL_SIGNS.test(plain) || /^(?:\w+=|exec\s)/.test(plain);
}

const unique = (names: readonly string[]): string => [...new Set(names)].join(', ');

/** A value that begins with a dash is an option for most programs. */
function adviseWords(place: Place, words: readonly string[], taint: Taint): readonly Diagnostic[] {
  const { placed, keyword, runs } = place;
  const end = words.indexOf('--');
  const open = words.slice(1, end < 0 ? undefined : end);
  const names = open.flatMap((word) =>
    taint.namesIn(word, keyword, placed.rule).filter((name) => word.startsWith(name) || name === '%1'),
  );
  const first = words[0] === undefined ? [] : taint.namesIn(words[0], keyword, placed.rule);
  const found: Diagnostic[] = [];
  if (first.length > 0) {
    const message = `${keyword}: log text (${unique(first)}) chooses the program that ${runs} runs`;
    found.push(warning('program-name', placed, message, 'name the program itself'));
  }
  if (names.length > 0) {
    const message = `${keyword}: log text (${unique(names)}) can be an option of the program that ${runs} runs`;
    found.push(warning('option-injection', placed, message, 'put -- before it if the program knows that'));
  }
  return found;
}

function adviseFile(placed: Placed, keyword: string, action: SecAction, taint: Taint): readonly Diagnostic[] {
  const file = 'file' in action ? action.file : undefined;
  if (file === undefined || action.type === 'closef' || action.type === 'dropinput') return [];
  const names = taint.namesIn(file, keyword, placed.rule);
  if (names.length === 0) return [];
  const message = `${keyword}: log text (${unique(names)}) stands in the name of a file (${action.type})`;
  return [
    warning('file-name', placed, message, 'let the pattern take only what a name may hold, never / or ..'),
  ];
}

function adviseEval(placed: Placed, keyword: string, action: SecAction, taint: Taint): readonly Diagnostic[] {
  if (action.type !== 'eval') return [];
  const names = taint.namesIn(action.code, keyword, placed.rule);
  return names.length === 0 ? [] : [perlWarning(placed, keyword, names, 'lcall passes values as arguments')];
}

function adviseContexts(placed: Placed): readonly Diagnostic[] {
  if (!givesVariables(placed.rule)) return [];
  return halvesOf(placed.rule).flatMap(({ half: { context } }) =>
    (context === undefined ? [] : operandsOf(context.expression)).flatMap((operand) => {
      const names = operand.type === 'eval' ? matchVariables(operand.code) : [];
      if (names.length === 0) return [];
      return [perlWarning(placed, 'context', names, '-> passes values as arguments: $1 -> ( sub { … } )')];
    }),
  );
}

const perlWarning = (placed: Placed, keyword: string, names: readonly string[], hint: string): Diagnostic =>
  warning(
    'perl-injection',
    placed,
    `${keyword}: log text (${unique(names)}) becomes part of Perl code`,
    hint,
  );
