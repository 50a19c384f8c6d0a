import { z } from 'zod';
import { longestDuration, parseDuration } from '../../kit/duration.ts';
import { parseSize } from '../../kit/size.ts';
import type { Millis } from '../../model/time.ts';

/** A length of time as users write it, parsed to milliseconds. */
export const duration: z.ZodType<Millis, string> = z
  .string()
  .transform((text, context) => {
    const length = parseDuration(text);
    if (length !== undefined) return length;
    context.addIssue({
      code: 'custom',
      input: text,
      message: `must be a length of time, not ${JSON.stringify(text.slice(0, 60))}`,
      params: { hint: `such as 250ms, 90s, 5m, 1h30m, 2d; at most ${longestDuration / 86_400_000}d` },
    });
    return z.NEVER;
  })
  .meta({ examples: ['90s', '5m', '1h30m', '2d'] });

/** A length of time that is not zero. */
export const period: z.ZodType<Millis, string> = duration.refine((length) => length > 0, {
  error: 'must be longer than nothing',
});

/** A size in bytes as users write it, parsed to a number. */
export const size: z.ZodType<number, string> = z
  .string()
  .transform((text, context) => {
    const bytes = parseSize(text);
    if (bytes !== undefined) return bytes;
    context.addIssue({
      code: 'custom',
      input: text,
      message: `must be a size, not ${JSON.stringify(text.slice(0, 60))}`,
      params: { hint: 'such as 512B, 64KiB, 10MB, 2GiB' },
    });
    return z.NEVER;
  })
  .meta({ examples: ['64KiB', '2GiB'] });

/** One or several: a list is kept, a single value becomes a list of one. */
export const oneOrMore = <S extends z.ZodType<string>>(item: S) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]));
