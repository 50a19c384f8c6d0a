import type { SecContinue, SecFile, SecPattern, SecRule } from '../../../engine/sec/program.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { warning } from './warning.ts';

/** Warns of rules behind one that takes every line and ends the search. */
export function adviseFlow({ name, rules }: SecFile): readonly Diagnostic[] {
  const at = rules.findIndex(endsSearch);
  if (at < 0) return [];
  const jumped = rules
    .slice(0, at)
    .flatMap(gotosOf)
    .filter((goal) => goal > at);
  const reached = Math.min(rules.length, ...jumped);
  const lost = rules.slice(at + 1, reached).find(({ type }) => type !== 'Calendar');
  if (lost === undefined) return [];
  const message = `this rule is never reached: the rule on line ${String(rules[at]?.line)} takes every line and ends the search`;
  return [
    warning(
      'unreachable',
      { file: name, rule: lost },
      message,
      'give that rule continue=TakeNext, or move it down',
    ),
  ];
}

/** Whether a rule matches every line and lets none pass on to the next rule. */
function endsSearch(rule: SecRule): boolean {
  if (rule.type === 'Calendar' || rule.type === 'EventGroup') return false;
  return rule.context === undefined && takesAll(rule.pattern) && ends(rule.continues);
}

const ends = ({ to }: SecContinue): boolean => to === 'endOfFile' || to === 'endOfAll';

/** Whether the pattern is evidently one that matches whatever comes. */
export function takesAll(pattern: SecPattern): boolean {
  switch (pattern.type) {
    case 'tvalue':
      return pattern.value;
    case 'substr':
      return pattern.text === '' && !pattern.negated;
    case 'regexp':
      return !pattern.negated && /^\^?(?:\(?\.\*\)?)?\$?$/.test(pattern.source);
    default:
      return false;
  }
}

function gotosOf(rule: SecRule): readonly number[] {
  if (rule.type === 'Calendar') return [];
  const halves = rule.type === 'EventGroup' ? rule.members : 'second' in rule ? [rule, rule.second] : [rule];
  return halves.flatMap(({ continues }) => (continues.to === 'rule' ? [continues.rule] : []));
}
