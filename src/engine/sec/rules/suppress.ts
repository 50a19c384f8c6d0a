import type { CreateRule } from './contract.ts';
import { createHalf } from './half.ts';

/** Ends the search in its file at each match. */
export const createSuppress: CreateRule<'Suppress'> = (rule, place, ports) => {
  const half = createHalf(rule, place, ports);
  return { place, take: () => (half() === undefined ? undefined : rule.continues) };
};
