import { z } from 'zod';
import { oneOrMore } from '../dialects/native/values.ts';
import { parseCron } from '../engine/kinds/cron.ts';
import { isZone } from '../parse/timestamp.ts';

/** `drill`. */
export const drill = z.strictObject({
  schedule: z
    .string()
    .superRefine((text, context) => {
      const parsed = parseCron(text);
      if (!parsed.ok) context.addIssue(`must be a time in the form of cron: ${parsed.why}`);
    })
    .describe("When: minute, hour, day of month, month, day of week, such as '0 9 * * 1'."),
  zone: z
    .string()
    .refine(isZone, { error: 'must be the name of a time zone such as Europe/Paris' })
    .optional()
    .describe('The zone by whose clocks it goes. Default: that of the configuration.'),
  receivers: oneOrMore(z.string().min(1))
    .optional()
    .describe('Who gets the test: receivers, or channels as receivers of one. Default: every receiver.'),
});
