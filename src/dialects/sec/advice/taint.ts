import type { SecAction, SecRule } from '../../../engine/sec/program.ts';
import { setsVariables } from '../patterns.ts';
import { actionVariables, holdsFirstMatch, holdsVariables, matchVariables } from '../variables.ts';
import { allActions, halvesOf, listsOf, type Placed } from '../walk.ts';

/** Which texts can hold text of log lines once filled in. */
export interface Taint {
  /** The names in a text of a rule's action list that can stand for log text, as written. */
  readonly namesIn: (text: string, keyword: string, rule: SecRule) => readonly string[];
}

/** Looks through a whole program: action list variables are global. */
export function taintOf(rules: readonly Placed[]): Taint {
  const tainted = new Set<string>();
  const namesIn: Taint['namesIn'] = (text, keyword, rule) => [
    ...(givesVariables(rule) ? matchVariables(text) : []),
    ...(isSecond(keyword, rule) && holdsFirstMatch(text) ? ['%1'] : []),
    ...(/(?<!%)(?:%%)*%(?:s(?!\w)|\{s\})/.test(text) && isDescTainted(keyword, rule) ? ['%s'] : []),
    ...actionVariables(text)
      .filter((name) => tainted.has(name))
      .map((name) => `%${name}`),
  ];
  for (let before = -1; before < tainted.size;) {
    before = tainted.size;
    for (const { rule } of rules) {
      for (const { keyword, actions } of listsOf(rule)) {
        for (const action of allActions(actions)) {
          const name = taintedBy(action, (text) => namesIn(text, keyword, rule).length > 0);
          if (name !== undefined) tainted.add(name);
        }
      }
    }
  }
  return { namesIn };
}

/** The variable into which the action puts text that can be of a log line. */
function taintedBy(action: SecAction, holdsLogText: (text: string) => boolean): string | undefined {
  switch (action.type) {
    case 'copy':
    case 'pop':
    case 'shift':
    case 'empty':
    case 'trim':
      return action.variable;
    case 'assign':
      return holdsLogText(action.text) ? action.variable : undefined;
    case 'eval':
      return holdsLogText(action.code) ? action.variable : undefined;
    case 'call':
    case 'lcall':
      return action.args.some(holdsLogText) || ('cached' in action && action.cached)
        ? action.variable
        : undefined;
    case 'getaliases':
      return action.variable;
    default:
      return undefined;
  }
}

export const givesVariables = (rule: SecRule): boolean =>
  halvesOf(rule).some(({ half }) => setsVariables(half.pattern));

const isSecond = (keyword: string, rule: SecRule): boolean => 'second' in rule && keyword === 'action2';

/** Whether the text that `%s` stands for holds values of a match. */
function isDescTainted(keyword: string, rule: SecRule): boolean {
  if (!givesVariables(rule)) return false;
  const desc = keyword === 'action2' && 'desc2' in rule ? rule.desc2 : rule.desc;
  return holdsVariables(desc) || (isSecond(keyword, rule) && holdsFirstMatch(desc));
}
