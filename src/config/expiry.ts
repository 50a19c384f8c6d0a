import { z } from 'zod';
import { period } from '../dialects/native/values.ts';

/** `expiry`. */
export const expiry = z.union([
  z.literal(false),
  z.strictObject({
    ahead: period
      .refine((length) => length <= 366 * 86_400_000, { error: 'must be at most 366d' })
      .describe('How long before its end it is told that a certificate or token of a channel ends: 14d.'),
  }),
]);
