import { expect } from 'vitest';
import { z } from 'zod';
import type { Delivery } from '../../src/model/delivery.ts';
import { standinKeys } from '../peers/x-standin.ts';

/** The secret that every channel with a password, a key or a token is given. */
export const channelSecret = 'h00k-secret';

/** All that must be seen in no answer, also not as the wire has it. */
export const secrets = [
  ...Object.values(standinKeys),
  channelSecret,
  Buffer.from(channelSecret).toString('base64'),
  Buffer.from(`\0alice\0${channelSecret}`).toString('base64'),
];

const reason = z.enum([
  'auth',
  'rateLimited',
  'outOfCredit',
  'rejected',
  'tooLong',
  'recipient',
  'unavailable',
  'timeout',
]);
const line = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}]*$/u);
const limits = z
  .array(
    z.strictObject({
      window: z.number().positive(),
      limit: z.number(),
      remaining: z.number(),
      resetAt: z.number(),
    }),
  )
  .optional();
const delivery = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('sent'),
    receipt: line.optional(),
    reference: line.max(200).optional(),
    limits,
  }),
  z.strictObject({
    type: z.literal('retry'),
    reason,
    detail: line,
    afterMs: z.number().min(0).max(90_000_000).optional(),
    limits,
  }),
  z.strictObject({ type: z.literal('unknown'), detail: line, limits }),
  z.strictObject({ type: z.literal('failed'), reason, detail: line }),
]);

/** Whether an answer has its form, is plain JSON, short, harmless to print, and holds no secret. */
export function obeys(answer: Delivery): Delivery {
  expect(() => delivery.parse(answer)).not.toThrow();
  const text = JSON.stringify(answer);
  expect(JSON.parse(text)).toEqual(answer);
  for (const secret of secrets) expect(text).not.toContain(secret);
  return answer;
}
