import type { SecAction, SecActions, SecRuleChoice } from '../../engine/sec/program.ts';
import type { Parameters } from './action-parameters.ts';
import { parameter } from './parens.ts';
import { checkFunction, NEEDS_PERL } from './reading.ts';
import { cut, trim, words, type Text } from './text.ts';

/** One action's form, for hints, and how its parameters are read. */
export interface ActionForm {
  readonly usage: string;
  readonly read: (parameters: Parameters) => SecAction;
}

/** The names of all actions that have the same parameters as one. */
type Of<Type extends SecAction['type'], Each = SecAction> = Each extends { readonly type: infer Types }
  ? Type extends Types
    ? Types
    : never
  : never;

/** All actions by name, in lower case. */
export const actionForms: Readonly<Record<string, ActionForm>> = {
  none: { usage: 'none', read: () => ({ type: 'none' }) },
  break: { usage: 'break', read: () => ({ type: 'break' }) },
  continue: { usage: 'continue', read: () => ({ type: 'continue' }) },
  logonly: { usage: 'logonly [TEXT]', read: (p) => ({ type: 'logonly', text: p.text() }) },
  write: toFile('write'),
  writen: toFile('writen'),
  owritecl: toFile('owritecl'),
  closef: { usage: 'closef FILE', read: (p) => ({ type: 'closef', file: p.word('a file') }) },
  udgram: toSocket('udgram', 'PATH'),
  ustream: toSocket('ustream', 'PATH'),
  udpsock: toSocket('udpsock', 'HOST:PORT'),
  tcpsock: toSocket('tcpsock', 'HOST:PORT'),
  closeudgr: closing('closeudgr', 'PATH'),
  closeustr: closing('closeustr', 'PATH'),
  closeudp: closing('closeudp', 'HOST:PORT'),
  closetcp: closing('closetcp', 'HOST:PORT'),
  shellcmd: command('shellcmd', 'line'),
  cmdexec: command('cmdexec', 'words'),
  spawn: command('spawn', 'line'),
  spawnexec: command('spawnexec', 'words'),
  cspawn: contextCommand('cspawn', 'line'),
  cspawnexec: contextCommand('cspawnexec', 'words'),
  pipe: pipe('pipe', 'line'),
  pipeexec: pipe('pipeexec', 'words'),
  create: {
    usage: 'create [NAME [LIFE [LIST]]]',
    read: (p) => ({
      type: 'create',
      context: p.optionalWord('%s'),
      life: p.optionalWord('0'),
      actions: optionalActions(p),
    }),
  },
  delete: optionalContext('delete'),
  obsolete: optionalContext('obsolete'),
  set: {
    usage: 'set NAME LIFE [LIST]',
    read: (p) => {
      const [context, life] = [p.word('a context'), p.word('a life')];
      const actions = optionalActions(p);
      return { type: 'set', context, life, ...(actions.length === 0 ? {} : { actions }) };
    },
  },
  alias: {
    usage: 'alias NAME [ALIAS]',
    read: (p) => ({ type: 'alias', context: p.word('a context'), alias: p.optionalWord('%s') }),
  },
  unalias: { usage: 'unalias [ALIAS]', read: (p) => ({ type: 'unalias', alias: p.optionalWord('%s') }) },
  add: toStore('add'),
  prepend: toStore('prepend'),
  fill: toStore('fill'),
  report: report('report', 'line'),
  reportexec: report('reportexec', 'words'),
  copy: fromStore('copy'),
  pop: fromStore('pop'),
  shift: fromStore('shift'),
  empty: {
    usage: 'empty NAME [%VARIABLE]',
    read: (p) => ({ type: 'empty', context: p.word('a context'), ...optionalVariable(p) }),
  },
  trim: {
    usage: 'trim TIME NAME [%VARIABLE]',
    read: (p) => ({
      type: 'trim',
      time: p.word('a time'),
      context: p.word('a context'),
      ...optionalVariable(p),
    }),
  },
  exists: ofContext('exists'),
  getsize: ofContext('getsize'),
  getaliases: ofContext('getaliases'),
  getltime: ofContext('getltime'),
  getctime: ofContext('getctime'),
  setltime: {
    usage: 'setltime NAME [LIFE]',
    read: (p) => ({ type: 'setltime', context: p.word('a context'), life: p.optionalWord('0') }),
  },
  setctime: {
    usage: 'setctime TIME NAME',
    read: (p) => ({ type: 'setctime', time: p.word('a time'), context: p.word('a context') }),
  },
  event: {
    usage: 'event [DELAY] [TEXT]',
    read: (p) => ({ type: 'event', delay: Number(p.take(/^\d+(?=[\t-\r ]|$)/)?.[0] ?? 0), text: p.text() }),
  },
  tevent: {
    usage: 'tevent DELAY [TEXT]',
    read: (p) => ({ type: 'tevent', delay: p.word('a delay'), text: p.text() }),
  },
  cevent: {
    usage: 'cevent CONTEXT DELAY [TEXT]',
    read: (p) => ({ type: 'cevent', context: p.word('a context'), delay: p.word('a delay'), text: p.text() }),
  },
  reset: {
    usage: 'reset [[+|-]N] [TEXT]',
    read: (p) => ({ type: 'reset', rule: p.ruleChoice() ?? { by: 'all' }, text: p.text() }),
  },
  getwpos: {
    usage: 'getwpos %VARIABLE [+|-]N [TEXT]',
    read: (p) => ({ type: 'getwpos', variable: p.variable(), rule: ruleChoice(p), text: p.text() }),
  },
  setwpos: {
    usage: 'setwpos TIME [+|-]N [TEXT]',
    read: (p) => ({ type: 'setwpos', time: p.word('a time'), rule: ruleChoice(p), text: p.text() }),
  },
  assign: assign('assign'),
  assignsq: assign('assignsq'),
  free: { usage: 'free %VARIABLE', read: (p) => ({ type: 'free', variable: p.variable() }) },
  eval: {
    usage: 'eval %VARIABLE CODE',
    read: (p) => ({ type: 'eval', variable: p.variable(), code: perlCode(p, p.raw()).text }),
  },
  call: {
    usage: 'call %VARIABLE %FUNCTION [ARGUMENTS]',
    read: (p) => {
      needsPerl(p);
      const [variable, name] = [p.variable(), p.variable()];
      return { type: 'call', variable, function: name, args: argumentsOf(p.raw()) };
    },
  },
  lcall: { usage: 'lcall %VARIABLE [ARGUMENTS] -> CODE (or :> CODE)', read: readLcall },
  rewrite: {
    usage: 'rewrite COUNT [TEXT]',
    read: (p) => ({ type: 'rewrite', count: p.word('a count of lines'), text: p.text() }),
  },
  addinput: {
    usage: 'addinput FILE [OFFSET [CONTEXT]]',
    read: (p) => {
      const [file, offset, context] = [p.word('a file'), p.optionalWord('-'), p.optionalWord('')];
      return { type: 'addinput', file, offset, ...(context === '' ? {} : { context }) };
    },
  },
  dropinput: { usage: 'dropinput FILE', read: (p) => ({ type: 'dropinput', file: p.word('a file') }) },
  sigemul: { usage: 'sigemul SIGNAL', read: (p) => ({ type: 'sigemul', signal: p.word('a signal') }) },
  varset: {
    usage: 'varset %VARIABLE ENTRY',
    read: (p) => ({ type: 'varset', variable: p.variable(), entry: p.word('a cache entry') }),
  },
  if: {
    usage: 'if %VARIABLE (LIST) [else (LIST)]',
    read: (p) => {
      const [variable, then] = [p.variable(), notEmpty(p, p.list())];
      const otherwise = p.take(/^else(?=[\t-\r ])/i) === undefined ? [] : p.list();
      // oxlint-disable-next-line unicorn/no-thenable -- the list is data and never awaited
      return { type: 'if', variable, then, otherwise };
    },
  },
  while: {
    usage: 'while %VARIABLE (LIST)',
    read: (p) => ({ type: 'while', variable: p.variable(), actions: notEmpty(p, p.list()) }),
  },
};

function toFile(type: Of<'write'>): ActionForm {
  return { usage: `${type} FILE [TEXT]`, read: (p) => ({ type, file: p.word('a file'), text: p.text() }) };
}

function toSocket(type: Of<'udgram'>, what: string): ActionForm {
  return {
    usage: `${type} ${what} [TEXT]`,
    read: (p) => ({ type, address: p.word('an address'), text: p.text() }),
  };
}

function closing(type: Of<'closeudgr'>, what: string): ActionForm {
  return { usage: `${type} ${what}`, read: (p) => ({ type, address: p.word('an address') }) };
}

function command(type: Of<'shellcmd'>, form: 'line' | 'words'): ActionForm {
  return { usage: `${type} COMMAND`, read: (p) => ({ type, command: p.command(form) }) };
}

function contextCommand(type: Of<'cspawn'>, form: 'line' | 'words'): ActionForm {
  return {
    usage: `${type} CONTEXT COMMAND`,
    read: (p) => ({ type, context: p.word('a context'), command: p.command(form) }),
  };
}

function pipe(type: Of<'pipe'>, form: 'line' | 'words'): ActionForm {
  return {
    usage: `${type} 'TEXT' [COMMAND]`,
    read: (p) => {
      const quoted = p.quoted();
      if (quoted === undefined) p.fail("a text in ' ' is missing, with a blank behind it");
      return {
        type,
        text: quoted === undefined || quoted === '' ? '%s' : quoted,
        ...p.optionalCommand(form),
      };
    },
  };
}

function optionalContext(type: Of<'delete'>): ActionForm {
  return { usage: `${type} [NAME]`, read: (p) => ({ type, context: p.optionalWord('%s') }) };
}

function toStore(type: Of<'add'>): ActionForm {
  return {
    usage: `${type} NAME [TEXT]`,
    read: (p) => ({ type, context: p.word('a context'), text: p.text() }),
  };
}

function report(type: Of<'report'>, form: 'line' | 'words'): ActionForm {
  return {
    usage: `${type} NAME [COMMAND]`,
    read: (p) => ({ type, context: p.word('a context'), ...p.optionalCommand(form) }),
  };
}

function fromStore(type: Of<'copy'>): ActionForm {
  return {
    usage: `${type} NAME %VARIABLE`,
    read: (p) => ({ type, context: p.word('a context'), variable: p.variable() }),
  };
}

function ofContext(type: Of<'exists'>): ActionForm {
  return {
    usage: `${type} %VARIABLE NAME`,
    read: (p) => ({ type, variable: p.variable(), context: p.word('a context') }),
  };
}

function assign(type: Of<'assign'>): ActionForm {
  return {
    usage: `${type} %VARIABLE [TEXT]`,
    read: (p) => ({ type, variable: p.variable(), text: p.text() }),
  };
}

function optionalVariable(p: Parameters): { readonly variable?: string } {
  const variable = p.optionalVariable();
  return variable === undefined ? {} : { variable };
}

function optionalActions(p: Parameters): SecActions {
  const list = p.optionalRest();
  return list === undefined ? [] : p.actions(list);
}

function notEmpty(p: Parameters, actions: SecActions): SecActions {
  if (actions.length === 0) p.fail('this list of actions is empty');
  return actions;
}

function ruleChoice(p: Parameters): SecRuleChoice {
  const choice = p.ruleChoice();
  if (choice === undefined) p.fail('the number of a rule is missing: N, +N, -N or 0');
  return choice ?? { by: 'all' };
}

function readLcall(p: Parameters): SecAction {
  const variable = p.variable();
  const source = p.raw();
  const sign = /->|:>/.exec(source.text);
  if (sign === null) p.fail('-> or :> and Perl code are missing');
  const at = sign?.index ?? source.text.length;
  const args = argumentsOf(cut(source, 0, at));
  const code = perlCode(p, cut(source, at + 2));
  checkFunction(code, p.reading);
  return { type: 'lcall', variable, args, code: code.text, cached: sign?.[0] === ':>' };
}

const argumentsOf = (source: Text): readonly string[] => words(parameter(source)).map(({ text }) => text);

function perlCode(p: Parameters, source: Text): Text {
  needsPerl(p);
  if (trim(source).text === '') p.fail('Perl code is missing');
  return parameter(source);
}

function needsPerl({ reading, left }: Parameters): void {
  if (!reading.options.perl) reading.report.error('perl', left(), 'this action runs Perl code', NEEDS_PERL);
}
