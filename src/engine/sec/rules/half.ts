import type { SecPlace } from '../contract.ts';
import { bindingsOf, createPattern, type Found } from '../patterns.ts';
import type { SecHalf } from '../program.ts';
import type { RulePorts } from './contract.ts';

/**
 * A pattern with its context: a bracketed context is asked first and without variables, any other when the
 * pattern has matched.
 */
export function createHalf(
  { pattern, context }: Pick<SecHalf, 'pattern' | 'context'>,
  place: SecPlace,
  ports: RulePorts,
): () => Found {
  const match = createPattern(pattern, place, ports.patterns);
  if (context === undefined) return match;
  const { expression } = context;
  if (context.bracketed) return () => (ports.evaluate(expression, {}, place) ? match() : undefined);
  return () => {
    const found = match();
    if (found === undefined) return undefined;
    return ports.evaluate(expression, bindingsOf(found), place) ? found : undefined;
  };
}
