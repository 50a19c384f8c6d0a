import type { Chance } from '../perl/random.ts';
import { makePerlOperand } from './generate-perl.ts';

/** Names of contexts that rules make and ask for. */
export const CONTEXTS = ['A', 'B', 'C', 'C_$1', '$1'] as const;

/** A context expression; brackets about one in six. */
export function makeContext(chance: Chance): string {
  const expression = makeExpression(chance, 2);
  return chance.oneIn(6) ? `[${expression}]` : expression;
}

function makeExpression(chance: Chance, depth: number): string {
  const parts = Array.from({ length: 1 + (chance.oneIn(2) ? 0 : chance.below(4)) }, () =>
    makeOperand(chance, depth),
  );
  return parts.reduce((whole, part) => `${whole} ${chance.pick(['&&', '||'])} ${part}`);
}

function makeOperand(chance: Chance, depth: number): string {
  const not = chance.oneIn(3) ? '!' : '';
  if (depth > 0 && chance.oneIn(4)) return `${not}(${makeExpression(chance, depth - 1)})`;
  if (chance.oneIn(8)) return `${not}varset ${chance.pick(['E1', 'E2'])}`;
  if (chance.oneIn(10))
    return `${not}${chance.pick(['SEC_INTERNAL_EVENT', '_INTERNAL_EVENT', '_FILE_EVENT_-', 'IC', 'AL'])}`;
  if (chance.oneIn(12)) return not + makePerlOperand(chance);
  return not + chance.pick(CONTEXTS);
}
