import type { SecAction, SecActions, SecPattern, SecRule } from '../../../engine/sec/program.ts';
import { parsePattern } from '../../../match/perl/parse.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { setsVariables } from '../patterns.ts';
import { operandsOf } from '../precedence.ts';
import { matchVariables } from '../variables.ts';
import { allActions, listsOf, type Placed } from '../walk.ts';
import { warning } from './warning.ts';

/** Fields of a rule whose `$` variables are those of one of these patterns. */
interface Use {
  readonly patterns: readonly SecPattern[];
  readonly texts: readonly { readonly keyword: string; readonly text: string }[];
}

/** Warns of match variables that the pattern does not give. */
export function adviseVariables(placed: Placed): readonly Diagnostic[] {
  return usesOf(placed.rule).flatMap(({ patterns, texts }) => {
    const known = patterns.map(knownNames);
    const tellers = texts.flatMap(({ keyword, text }) =>
      matchVariables(text).map((variable) => ({ keyword, variable })),
    );
    const seen = new Set<string>();
    return tellers.flatMap(({ keyword, variable }) => {
      const problem = problemOf(variable, known);
      if (problem === undefined || seen.has(`${keyword} ${variable}`)) return [];
      seen.add(`${keyword} ${variable}`);
      return [warning(problem.code, placed, `${keyword}: ${problem.message}`, problem.hint)];
    });
  });
}

/** `none`: no variable is set; undefined: any can be. */
type Known = 'none' | undefined | { readonly groups: number; readonly names: ReadonlySet<string> };

function knownNames(pattern: SecPattern): Known {
  if (!setsVariables(pattern)) return 'none';
  if (pattern.type !== 'regexp') return undefined;
  const given = new Set(['_inputsrc', '_intcontext']);
  if (pattern.negated) return { groups: -1, names: given };
  const { groups, names } = parsePattern(pattern.source, false);
  const mapped = pattern.varmap.names.map(({ name }) => name);
  return { groups, names: new Set([...given, ...names.keys(), ...mapped]) };
}

interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function problemOf(variable: string, known: readonly Known[]): Trouble | undefined {
  if (known.every((each) => each === 'none')) {
    const hint = 'RegExp, PerlFunc and Cached patterns set variables';
    return {
      code: 'no-variables',
      message: `${variable} stays as it is: this type of pattern sets none`,
      hint,
    };
  }
  const [only] = known;
  if (known.length !== 1 || only === undefined || only === 'none') return undefined;
  const name = /[^${}+:]+/.exec(variable)?.[0] ?? '';
  if (variable.startsWith('$:')) return undefined;
  if (!/^\d+$/.test(name)) {
    return only.names.has(name)
      ? undefined
      : { code: 'variable', message: `nothing in the pattern is named ${name}` };
  }
  if (name === '0' || Number(name) <= only.groups) return undefined;
  if (only.groups === 0 && name === '1') {
    const hint = 'put what is wanted into ( ), or use $0 for the whole line';
    return { code: 'no-groups', message: '$1 is always 1: the pattern has no groups', hint };
  }
  const has = only.groups < 0 ? 'a negated pattern has none' : `the pattern has ${String(only.groups)}`;
  return { code: 'variable', message: `${variable} is always empty: of groups, ${has}` };
}

function usesOf(rule: SecRule): readonly Use[] {
  if (rule.type === 'Calendar') return [];
  const lists = listsOf(rule).map(({ keyword, actions }) => ({ keyword, text: textOf(actions) }));
  const desc = { keyword: 'desc', text: rule.desc };
  const named = (keyword: string) => lists.filter((list) => list.keyword === keyword);
  if (rule.type === 'EventGroup') {
    const counts = rule.members.map(({ pattern }, index) => ({
      patterns: [pattern],
      texts: named(index === 0 ? 'count' : `count${String(index + 1)}`),
    }));
    const shared = ['action', 'init', 'slide', 'end'].flatMap(named);
    return [{ patterns: rule.members.map(({ pattern }) => pattern), texts: [desc, ...shared] }, ...counts];
  }
  const context = { keyword: 'context', text: contextText(rule.context?.expression) };
  if (!('second' in rule)) return [{ patterns: [rule.pattern], texts: [desc, context, ...lists] }];
  const { pattern: second, context: context2 } = rule.second;
  const seconds = [
    { keyword: 'desc2', text: rule.desc2 },
    { keyword: 'context2', text: contextText(context2?.expression) },
    ...named('action2'),
  ];
  return [
    { patterns: [rule.pattern], texts: [desc, context, ...named('action')] },
    { patterns: [setsVariables(second) ? second : rule.pattern], texts: seconds },
  ];
}

function contextText(expression: Parameters<typeof operandsOf>[0] | undefined): string {
  const operands = expression === undefined ? [] : operandsOf(expression);
  return operands
    .flatMap((operand) => {
      if (operand.type === 'context') return [operand.name];
      if (operand.type === 'varset') return [operand.entry];
      return operand.type === 'eval' ? [] : operand.args;
    })
    .join('\n');
}

/** All texts of actions that match variables are put into, but Perl code, where `$` means other things too. */
const textOf = (actions: SecActions): string => allActions(actions).flatMap(textsOf).join('\n');

const SKIPPED = new Set(['type', 'code', 'actions', 'then', 'otherwise']);

function textsOf(action: SecAction): readonly string[] {
  return Object.entries(action).flatMap(([name, value]: readonly [string, unknown]) => {
    return SKIPPED.has(name) ? [] : stringsIn(value);
  });
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
