import type { SecPlace } from '../contract.ts';
import type { Operation } from '../operations.ts';
import { isMatch } from '../patterns.ts';
import type { SecPattern } from '../program.ts';
import type { RuleOf, RulePorts } from './contract.ts';

/** Whether the events in the window of an EventGroup's operation are enough. */
export type IsEnough = (operation: Operation) => boolean;

type Check = (tokens: string, operation: Operation) => boolean;

/** Enough: each member has its count, and the tokens match the pattern if there is one. */
export function createIsEnough(rule: RuleOf<'EventGroup'>, place: SecPlace, ports: RulePorts): IsEnough {
  const check = rule.egpattern === undefined ? undefined : createCheck(rule.egpattern, place, ports);
  return (operation) => {
    const { members, tokens } = operation;
    const counts = rule.members.map(() => 0);
    for (const member of members) counts[member] = (counts[member] ?? 0) + 1;
    if (rule.members.some(({ thresh }, member) => (counts[member] ?? 0) < thresh)) return false;
    return check === undefined || check(tokens.join(' '), operation);
  };
}

function createCheck(pattern: SecPattern, place: SecPlace, ports: RulePorts): Check {
  switch (pattern.type) {
    case 'substr':
      return (tokens) => tokens.includes(pattern.text) !== pattern.negated;
    case 'regexp':
      return createRegexCheck(pattern, place, ports);
    case 'perl':
      return (text, { tokens, times }) => {
        const args = [text, { list: tokens }, { list: times.map(String) }];
        const result = ports.perl.callCode(pattern.code, args, place);
        return result !== undefined && isMatch(result) !== pattern.negated;
      };
    default:
      return () => false;
  }
}

function createRegexCheck(
  { source, negated }: Extract<SecPattern, { type: 'regexp' }>,
  place: SecPlace,
  { patterns, outputs }: RulePorts,
): Check {
  const regex = patterns.compile(source);
  if (typeof regex === 'string') {
    outputs.warn('pattern', `the pattern never matches: ${regex}`, place);
    return () => false;
  }
  return (tokens) => {
    const found = regex.exec(tokens);
    if (found === 'timedOut')
      outputs.limit('match-timed-out', 'a match was cut off: it took too long', place);
    return found !== 'timedOut' && (found === undefined) === negated;
  };
}
