import { z } from 'zod';
import type { DailyTime, QuietHours } from '../alerting/contract.ts';
import { severities } from '../dialects/native/rule-schema.ts';
import { isZone } from '../parse/timestamp.ts';

/** A time of day as users write it, parsed to milliseconds from midnight. */
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "must be a time of day in quotes such as '07:00'" })
  .transform((text) => (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * 60_000);

const zone = z
  .string()
  .refine(isZone, { error: 'must be the name of a time zone such as Europe/Paris' })
  .optional()
  .describe('The zone of the times. Default: that of the configuration.');

/** One entry of `quiet-hours`. */
export const quietHours = z
  .strictObject({
    from: timeOfDay.describe("When they begin: '22:00'."),
    to: timeOfDay.describe("When they are over: '07:00'; they may pass midnight."),
    zone,
    hold: z
      .array(z.enum(severities))
      .min(1)
      .default(['info', 'warning'])
      .describe('Severities that are told in one message afterwards. Default: [info, warning].'),
  })
  .refine(({ from, to }) => from !== to, { error: 'must not be over when they begin', path: ['to'] });

/** `digest` of a receiver. */
export const digest = z.strictObject({ at: timeOfDay.describe("When it is sent: '07:00'."), zone });

/** Quiet hours as alerting wants them; `exempt`: channels that do not care. */
export const quietHoursOf = (
  name: string,
  { from, to, zone, hold }: z.infer<typeof quietHours>,
  defaults: { readonly zone: string; readonly exempt: readonly string[] },
): QuietHours => ({ name, from, to, zone: zone ?? defaults.zone, hold, exempt: defaults.exempt });

/** The time of a digest as alerting wants it. */
export const dailyTimeOf = ({ at, zone }: z.infer<typeof digest>, defaultZone: string): DailyTime => ({
  at,
  zone: zone ?? defaultZone,
});
