import { bindingsOf, type Found } from '../patterns.ts';
import type { CreateRule } from './contract.ts';
import { createHalf } from './half.ts';

/** Has the event looked at by the files of its sets. */
export const createJump: CreateRule<'Jump'> = (rule, place, ports) => {
  const half = createHalf(rule, place, ports);
  const { cfset = [], constset } = rule;

  const sets = (found: NonNullable<Found>): readonly string[] =>
    constset ? cfset : cfset.map((name) => ports.texts.plain(name, bindingsOf(found)));

  return {
    place,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const over = cfset.length > 0 && ports.jump(sets(found), place);
      return over ? { to: 'endOfAll' } : rule.continues;
    },
  };
};
