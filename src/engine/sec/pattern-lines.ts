import type { SecPattern, SecProgram, SecRule } from './program.ts';

/** The largest number of lines that a pattern of the program looks at, at least 1. */
export function linesAtOnce({ files }: SecProgram): number {
  const patterns = files.flatMap(({ rules }) => rules.flatMap(patternsOf));
  return patterns.reduce((most, pattern) => Math.max(most, 'lines' in pattern ? pattern.lines : 1), 1);
}

/** The patterns of a rule that are tried on lines. */
function patternsOf(rule: SecRule): readonly SecPattern[] {
  switch (rule.type) {
    case 'Calendar':
      return [];
    case 'EventGroup':
      return rule.members.map(({ pattern }) => pattern);
    case 'Pair':
    case 'PairWithWindow':
      return [rule.pattern, rule.second.pattern];
    default:
      return [rule.pattern];
  }
}
