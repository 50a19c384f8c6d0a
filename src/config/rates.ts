import { z } from 'zod';
import { parseDuration } from '../kit/duration.ts';
import type { Millis } from '../model/time.ts';

/** So many within a time, as users write it: `30 per 1m`. */
export interface Rate {
  readonly above: number;
  readonly within: Millis;
}

const most = 10_000;

const rate: z.ZodType<Rate, string> = z
  .string()
  .transform((text, context) => {
    const [, count, length = ''] = /^(\d{1,6}) per (\S+)$/.exec(text) ?? [];
    const above = Number(count);
    const within = parseDuration(length);
    if (above >= 1 && above <= most && within !== undefined && within > 0) return { above, within };
    context.addIssue({
      code: 'custom',
      input: text,
      message: `must be so many within a time, not ${JSON.stringify(text.slice(0, 60))}`,
      params: { hint: `such as 30 per 1m; at most ${most}` },
    });
    return z.NEVER;
  })
  .meta({ examples: ['30 per 1m', '5 per 1h'] });

/** `storm`. */
export const storm = z.strictObject({
  above: rate.describe('More messages than this for one receiver are a storm: 30 per 1m.'),
  first: z
    .int()
    .min(0)
    .max(1000)
    .default(3)
    .describe('How many of each rule are told at once in a storm; the rest is joined. Default: 3.'),
});

/** `flapping`. */
export const flapping = z.union([
  z.literal(false),
  z.strictObject({
    above: rate.describe('An alert that begins more often than this is flapping: 5 per 1h.'),
  }),
]);
