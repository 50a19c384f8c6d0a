import type { SecAction, SecActions, SecHalf, SecProgram, SecRule } from '../../engine/sec/program.ts';

/** A rule with where it is written. */
export interface Placed {
  readonly file: string;
  readonly rule: SecRule;
}

/** All rules in the order of their files. */
export const placedRules = ({ files }: SecProgram): readonly Placed[] =>
  files.flatMap(({ name, rules }) => rules.map((rule) => ({ file: name, rule })));

/** The rule's patterns with what goes with them; `second`: the second half of a Pair. */
export function halvesOf(rule: SecRule): readonly { readonly half: SecHalf; readonly second: boolean }[] {
  if (rule.type === 'Calendar') return [];
  if (rule.type === 'EventGroup') return rule.members.map((half) => ({ half, second: false }));
  const first = { half: rule, second: false };
  return 'second' in rule ? [first, { half: rule.second, second: true }] : [first];
}

/** The rule's action lists by keyword. */
export function listsOf(
  rule: SecRule,
): readonly { readonly keyword: string; readonly actions: SecActions }[] {
  const named = (keyword: string, actions: SecActions) => ({ keyword, actions });
  const lists = 'action' in rule ? [named('action', rule.action)] : [];
  if ('action2' in rule) lists.push(named('action2', rule.action2));
  if (rule.type !== 'EventGroup') return lists;
  lists.push(named('init', rule.init), named('slide', rule.slide), named('end', rule.end));
  const counts = rule.members.map(({ count }, index) =>
    named(index === 0 ? 'count' : `count${String(index + 1)}`, count),
  );
  return [...lists, ...counts];
}

/** The actions of a list and of all lists inside of it. */
export function allActions(actions: SecActions): readonly SecAction[] {
  return actions.flatMap((action) => [action, ...innerLists(action).flatMap(allActions)]);
}

function innerLists(action: SecAction): readonly SecActions[] {
  switch (action.type) {
    case 'create':
    case 'while':
      return [action.actions];
    case 'set':
      return action.actions === undefined ? [] : [action.actions];
    case 'if':
      return [action.then, action.otherwise];
    default:
      return [];
  }
}
