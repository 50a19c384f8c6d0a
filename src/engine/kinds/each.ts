import { z } from 'zod';
import { ruleKind } from '../kind.ts';

/** A raise for every event that matches. */
export const each = ruleKind({
  kind: 'each',
  summary: 'Raises for every matching line.',
  options: z.strictObject({}),
  create: () => ({ match: (match) => ({ type: 'raise', occurrence: match.occurrence() }) }),
});
