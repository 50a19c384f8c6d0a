import type { MatchPorts } from '../../match/contract.ts';
import { compileRegex } from '../../match/perl/compile.ts';
import type { SwatchCondition, SwatchPlace } from './program.ts';

type Groups = { readonly [name: string]: string };

/** What became of a line: the groups of the expression that matched last, or `cutOff` by the time limit. */
export type Outcome = { readonly holds: boolean; readonly groups: Groups } | 'cutOff';

/** A condition ready to be tried on lines. */
export type Test = (line: string) => Outcome;

const NONE: Groups = {};

/** Makes a condition ready. An expression that does not compile never matches: the reader has refused it. */
export function compileCondition(condition: SwatchCondition, place: SwatchPlace, ports: MatchPorts): Test {
  const step = compileStep(condition, place, ports);
  return (line) => step(line, NONE);
}

/** `groups`: those of what matched before. */
type Step = (line: string, groups: Groups) => Outcome;

function compileStep(condition: SwatchCondition, place: SwatchPlace, ports: MatchPorts): Step {
  switch (condition.type) {
    case 'constant':
      return (_, groups) => ({ holds: condition.value, groups });
    case 'regex':
      return regexStep(condition, place, ports);
    case 'not':
      return negated(compileStep(condition.of, place, ports));
    case 'all':
    case 'any':
      return several(
        condition.of.map((part) => compileStep(part, place, ports)),
        condition.type === 'any',
      );
  }
}

function regexStep(
  { source, line, column }: Extract<SwatchCondition, { type: 'regex' }>,
  { file }: SwatchPlace,
  ports: MatchPorts,
): Step {
  const compiled = compileRegex(source, { dialect: 'swatch', file, line, column }, ports);
  if (!compiled.ok) return (_, groups) => ({ holds: false, groups });
  const { exec } = compiled.value;
  return (text, groups) => {
    const found = exec(text);
    if (found === 'timedOut') return 'cutOff';
    return found === undefined ? { holds: false, groups } : { holds: true, groups: found };
  };
}

const negated =
  (step: Step): Step =>
  (line, groups) => {
    const outcome = step(line, groups);
    return outcome === 'cutOff' ? outcome : { ...outcome, holds: !outcome.holds };
  };

/** Goes on until one decides it: one that holds for `any`, one that does not for `all`. */
function several(steps: readonly Step[], isAny: boolean): Step {
  return (line, groups) => {
    let known = groups;
    for (const step of steps) {
      const outcome = step(line, known);
      if (outcome === 'cutOff' || outcome.holds === isAny) return outcome;
      known = outcome.groups;
    }
    return { holds: !isAny, groups: known };
  };
}
