import { z } from 'zod';
import { instant, millis } from '../model/time.ts';

const glob = z.string().min(1).max(1024);
const globs = z.array(glob).min(1).max(64).readonly();

/** The last instant that ECMAScript can write as a date. */
const epochMs = z.int().min(0).max(8.64e15).transform(instant);

/** What a silence is for, who wants it, why, and from when until when (milliseconds since the epoch). */
export const silenceArgs = z.strictObject({
  when: z.strictObject({
    severity: z.exactOptional(
      z
        .array(z.enum(['info', 'warning', 'critical']))
        .min(1)
        .max(3)
        .readonly(),
    ),
    rule: z.exactOptional(globs),
    fields: z.record(z.string().min(1).max(256), globs).default({}),
  }),
  author: z.string().min(1).max(200),
  comment: z.string().min(1).max(1000),
  startsAt: epochMs,
  endsAt: epochMs,
  remind: z.exactOptional(
    z
      .int()
      .min(0)
      .transform(millis)
      .describe('How long before its end it is told; 0: not at all. Default: a quarter of an hour'),
  ),
});
