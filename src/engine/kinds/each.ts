import { z } from 'zod';
import { occurrenceOf } from '../occurrence.ts';
import type { RuleKind } from '../kind.ts';

/** A raise for every event that matches. */
export const each: RuleKind = {
  kind: 'each',
  summary: 'Raises for every matching line.',
  options: z.strictObject({}),
  create: () => ({ match: (match) => ({ type: 'raise', occurrence: occurrenceOf(match) }) }),
};
