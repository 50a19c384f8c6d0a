import { z } from 'zod';
import type { RuleKind } from '../../engine/kind.ts';
import type { Severity } from '../../model/program.ts';
import { matchForm, scope } from '../../engine/match-form.ts';
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
  severity: z
    .enum(severities)
    .optional()
    .describe('How bad it is. Default: warning; of rules with `novel`, info.'),
  title: word.optional().describe('First words of the message, a Liquid template.'),
  text: word.optional().describe('The rest of the message, a Liquid template.'),
  clear: z
    .strictObject({
      below: z.int().min(1).describe('Resolves when fewer lines than this matched …'),
      within: period.describe('… in this time.'),
    })
    .optional()
    .describe('When the alert resolves by itself.'),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where it is explained what this means; webhooks and commands get it, messages of words do not.',
    ),
});

/** Names a state between rules. */
const contextName = name;

/** One kind of rule as its registry row shows it to the language. */
export interface RuleKindSchema extends Pick<
  RuleKind,
  'kind' | 'summary' | 'beside' | 'check' | 'parts' | 'quiet' | 'defaults' | 'severity' | 'gives'
> {
  readonly options: z.ZodType;
}

/** The kind of a rule that has no kind's key. */
export const plainKind = 'each';

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
  match: matchForm
    .optional()
    .describe('What a line must look like. Kinds that have patterns of their own take none here.'),
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
      'An open alert is told at most once in this time; the rest is counted. Default: the window of kinds that have one, else none.',
    ),
  time: z
    .enum(['event', 'received'])
    .default('event')
    .describe(
      "Which time counts: the line's own (event) or the time it was read (received). Default: event.",
    ),
  unless: oneOrMore(contextName)
    .optional()
    .describe('While this context is on, or one of these, nothing counts and nothing is raised.'),
  when: oneOrMore(contextName)
    .optional()
    .describe('Only while this context is on, or all of these, something counts and is raised.'),
  set: z
    .strictObject({
      context: contextName.describe('The context that each raise switches on.'),
      for: period.describe('How long it stays on; a later raise makes it stay longer.'),
      key: oneOrMore(word)
        .optional()
        .describe(
          'Fields by whose values it is on: other rules are asked with those of their own lines. Default: it is on for all.',
        ),
    })
    .optional()
    .describe('Switches a context on, for `unless` and `when` of other rules.'),
  alert: alertForm
    .optional()
    .describe('The alert it raises; {} for all defaults. A rule that sets a context needs none.'),
};

/** The schema of one rule: the common keys, and those of each kind in the registry. */
export function ruleSchema(kinds: readonly RuleKindSchema[]) {
  const own = kinds.filter((row) => row.kind !== plainKind);
  const options = Object.fromEntries(
    own.map((row) => [row.kind, row.options.optional().describe(row.summary)]),
  );
  const beside: z.ZodRawShape = Object.assign({}, ...own.map((row) => row.beside ?? {}));
  return z.strictObject({ ...commonKeys, ...options, ...beside });
}

/** A rule as the schema parsed it; the kinds' own keys are beside these. */
export type RuleForm = z.infer<z.ZodObject<typeof commonKeys, z.core.$strict>>;
