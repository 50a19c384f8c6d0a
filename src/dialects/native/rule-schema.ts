import { z } from 'zod';
import type { Severity } from '../../model/program.ts';
import { matchForm, scope } from '../../engine/match-form.ts';
import { withPlanned } from './schema-keys.ts';
import { duration, oneOrMore, period } from './values.ts';

/** Severities, mildest first. */
export const severities = ['info', 'warning', 'critical'] as const satisfies readonly Severity[];

const word = z.string().min(1);
const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/, {
  error: 'must be made of letters, digits and _ . @ -',
});

/** A rule's id; `pack/id` names a rule of a shipped pack. */
export const ruleId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/, {
    error: 'must be made of letters, digits and _ . - (pack/id for a rule of a pack)',
  });

const alertForm = z.strictObject({
  severity: z.enum(severities).default('warning').describe('How bad it is. Default: warning.'),
  title: word.optional().describe('First words of the message, a Liquid template.'),
  text: word.optional().describe('The rest of the message, a Liquid template.'),
  clear: z
    .strictObject({
      below: z.int().min(1).describe('Resolves when fewer lines than this matched …'),
      within: period.describe('… in this time.'),
    })
    .optional()
    .describe('When the alert resolves by itself.'),
});

/** One kind of rule as its registry row shows it to the language. */
export interface RuleKindSchema {
  readonly kind: string;
  readonly summary: string;
  readonly options: z.ZodType;
}

/** The kind of a rule that has no kind's key. */
export const plainKind = 'each';

const plannedRuleKeys = [
  'sequence',
  'expect',
  'absent',
  'first',
  'rate',
  'novel',
  'set',
  'unless',
  'when',
  'together',
  'schedule',
  'zone',
];

/** The keys that rules of every kind share. */
const commonKeys = {
  id: ruleId.describe('Names the rule in alerts, routes and overlays; unique.'),
  enabled: z.boolean().default(true).describe('false switches the rule off. Default: true.'),
  from: oneOrMore(name).optional().describe('The sources it is bound to. Default: all.'),
  program: oneOrMore(word).optional().describe('Only lines of this program, or of one of these.'),
  in: scope
    .optional()
    .describe(
      'Try patterns on the message text or on the whole line only. Default: the message, then the line.',
    ),
  match: matchForm.describe('What a line must look like.'),
  except: z
    .union([z.array(matchForm), matchForm.transform((form) => [form])])
    .default([])
    .describe('Lines that match and are one of these do not count.'),
  key: oneOrMore(word)
    .default([])
    .describe('Fields whose values tell one alert from another. Default: none, one alert for the rule.'),
  quiet: duration
    .optional()
    .describe(
      'An open alert is told at most once in this time; the rest is counted. Default: the window of count, else none.',
    ),
  time: z
    .enum(['event', 'received'])
    .default('event')
    .describe(
      "Which time counts: the line's own (event) or the time it was read (received). Default: event.",
    ),
  alert: alertForm.describe('The alert it raises; {} for all defaults.'),
};

/** The schema of one rule: the common keys, and one optional key for each kind in the registry. */
export function ruleSchema(kinds: readonly RuleKindSchema[]) {
  const own = kinds.filter((row) => row.kind !== plainKind);
  const options = Object.fromEntries(
    own.map((row) => [row.kind, row.options.optional().describe(row.summary)]),
  );
  const planned = plannedRuleKeys.filter((key) => !own.some((row) => row.kind === key));
  return withPlanned(z.strictObject({ ...commonKeys, ...options }), planned);
}

/** A rule as the schema parsed it; the kinds' own keys are beside these. */
export type RuleForm = z.infer<z.ZodObject<typeof commonKeys, z.core.$strict>>;
