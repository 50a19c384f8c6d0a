import { z } from 'zod';
import { isZone } from '../../parse/timestamp.ts';
import type { JsonObject } from '../../model/json.ts';
import { instant, type Instant } from '../../model/time.ts';
import { never, ruleKind } from '../kind.ts';
import { occurrenceOfTimer } from '../occurrence.ts';
import { nextTime, parseCron } from './cron.ts';

const options = z.string().transform((cron, context) => {
  const parsed = parseCron(cron);
  if (parsed.ok) return { cron };
  context.addIssue({
    code: 'custom',
    message: `must be a time in the form of cron: ${parsed.why}`,
    params: { hint: "minute, hour, day of month, month, day of week: '0 3 * * *', '*/15 8-18 * * mon-fri'" },
  });
  return z.NEVER;
});

interface ScheduleOptions extends JsonObject {
  readonly cron: string;
  /** The zone by whose clocks it goes; the language always gives one. */
  readonly zone?: string | undefined;
}

/** Raises at the times of a calendar, whatever lines come. */
export const schedule = ruleKind<ScheduleOptions>({
  kind: 'schedule',
  summary: "Raises at the times that a cron expression names: '0 3 * * *'. With `unless` or `when`: if …",
  options,
  beside: {
    zone: z
      .string()
      .refine(isZone, { error: 'must be the name of a time zone such as Europe/Paris' })
      .optional()
      .describe("The zone by whose clocks `schedule` goes. Default: the configuration's."),
  },
  defaults: ({ zone }) => ({ zone }),
  parts: () => [],
  create({ cron, zone = 'UTC' }, ports, rule) {
    const parsed = parseCron(cron);
    const nextAfter = (now: Instant): Instant =>
      (parsed.ok ? nextTime(parsed.value, zone, now) : undefined) ?? never;
    const table = ports.table<{ due: Instant }>({
      due: ({ due }) => due,
      wake(entry, now) {
        ports.fire([], occurrenceOfTimer(rule, [], now, `it is time: ${cron} (${zone})`), now);
        entry.state.due = nextAfter(now);
      },
      write: ({ due }) => (due === never ? null : due),
      read: (value) => ({ due: value === null ? never : instant(Number(value)) }),
    });
    return {
      sources(_, now) {
        if (table.find([]) !== undefined) return;
        table.touch(table.open([], now, () => ({ due: nextAfter(now) })));
      },
      match: () => ({ type: 'absorb', reason: 'known' }),
    };
  },
});
