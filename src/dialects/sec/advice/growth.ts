import type { SecAction } from '../../../engine/sec/program.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { setsVariables } from '../patterns.ts';
import { holdsVariables, variablePattern } from '../variables.ts';
import { allActions, halvesOf, listsOf, type Placed } from '../walk.ts';
import { warning } from './warning.ts';

/** Warns of state that only grows: pairs without a window, contexts by the key without a life. */
export function adviseGrowth(rules: readonly Placed[]): readonly Diagnostic[] {
  const contexts = rules.flatMap(contextActions);
  const ended = new Set(contexts.filter(({ action }) => ends(action)).map(({ shape }) => shape));
  const told = new Set<string>();
  const lasting = contexts.filter(({ action, shape }) => {
    if (!lasts(action) || !shape.includes('*') || ended.has(shape) || told.has(shape)) return false;
    told.add(shape);
    return true;
  });
  return [...rules.flatMap(advisePair), ...lasting.map(adviseContext)];
}

function advisePair(placed: Placed): readonly Diagnostic[] {
  const { rule } = placed;
  if (rule.type !== 'Pair' || rule.window > 0) return [];
  const many = setsVariables(rule.pattern) && holdsVariables(rule.desc);
  const message = many
    ? 'this Pair has no window: each value in its desc keeps an operation until its second pattern comes'
    : 'this Pair has no window: its operation stays until its second pattern comes';
  return [warning('no-window', placed, message, 'window=SECONDS ends it without a word')];
}

interface ContextAction {
  readonly placed: Placed;
  readonly action: SecAction;
  readonly name: string;
  /** The name with `*` for each variable. */
  readonly shape: string;
}

function contextActions(placed: Placed): readonly ContextAction[] {
  const sets = halvesOf(placed.rule).some(({ half }) => setsVariables(half.pattern));
  return listsOf(placed.rule).flatMap(({ actions }) =>
    allActions(actions).flatMap((action) => {
      const name = 'context' in action ? action.context : 'alias' in action ? action.alias : undefined;
      if (name === undefined) return [];
      const whole = name.replaceAll(/(?<!%)%(?:s(?!\w)|\{s\})/g, () => placed.rule.desc);
      const shape = sets ? whole.replaceAll(variablePattern, '*') : whole;
      return [{ placed, action, name, shape: shape.replaceAll(/%(?:\w+|\{\w+\}|\+\{\w+\})/g, '*') }];
    }),
  );
}

/** Whether the action makes a context that stays until another action ends it. */
const lasts = (action: SecAction): boolean =>
  action.type === 'add' ||
  action.type === 'fill' ||
  action.type === 'prepend' ||
  (action.type === 'create' && /^0+$/.test(action.life));

function ends(action: SecAction): boolean {
  switch (action.type) {
    case 'delete':
    case 'obsolete':
    case 'unalias':
      return true;
    case 'create':
    case 'set':
    case 'setltime':
      return !/^(?:0+|-)$/.test(action.life);
    default:
      return false;
  }
}

function adviseContext({ placed, action, name }: ContextAction): Diagnostic {
  const message = `${action.type}: contexts named ${name} have no life and are never deleted: they only become more`;
  return warning('no-life', placed, message, 'create NAME SECONDS gives them a life');
}
