import { z } from 'zod';
import { ruleId, severities } from '../dialects/native/rule-schema.ts';
import { withPlanned } from '../dialects/native/schema-keys.ts';
import { budget } from './budgets.ts';
import { drill } from './drill.ts';
import { expiry } from './expiry.ts';
import { heartbeat } from './heartbeat.ts';
import { metrics } from './metrics.ts';
import { flapping, storm } from './rates.ts';
import { digest, quietHours } from './quiet-hours.ts';
import { redactAllSchema } from './redact.ts';
import { isZone } from '../parse/timestamp.ts';
import { duration, oneOrMore, period, size } from '../dialects/native/values.ts';
import { secIncludeSchema, swatchIncludeSchema } from './include-forms.ts';

const word = z.string().min(1);

/** Names of sources, channels, receivers: they stand in messages, file names and on command lines. */
const thingName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, {
  error: 'must be made of letters, digits and _ . - (64 at most)',
});

/** Names of accounts become part of the name of the file that holds their tokens. */
const accountName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
  error: 'must be made of letters, digits and _ - (64 at most)',
});

const glob = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const receiver = z.strictObject({
  channels: z
    .array(thingName)
    .min(1)
    .describe('The chain: the next is tried when the one before fails, is out of budget, or stays silent.'),
  'next-after': period
    .prefault('2m')
    .describe('How long one channel may stay without success before the next is tried too. Default: 2m.'),
  'quiet-hours': thingName
    .optional()
    .describe(
      'When it does not want to hear of what is not urgent: a name of `quiet-hours`. Default: never.',
    ),
  digest: digest
    .optional()
    .describe('When it gets the summary of a day, also of one on which nothing happened. Default: never.'),
});

const when = z
  .object({
    severity: oneOrMore(z.enum(severities)).optional().describe('One of these severities.'),
    rule: oneOrMore(word).optional().describe('A rule id, or a glob over rule ids (* and ?).'),
  })
  .catchall(oneOrMore(glob).describe('A field by its name: a text or a glob over its value.'));

const route = z.strictObject({
  when: when.default({}).describe('What alerts it is for; all of it must hold. Default: every alert.'),
  to: oneOrMore(thingName).describe('Receivers, or channels as receivers of one.'),
  continue: z.boolean().default(false).describe('Whether later routes are tried too. Default: false.'),
  repeat: period
    .optional()
    .describe('An open alert that nobody acknowledged is told again after this long. Default: never.'),
  escalate: z
    .strictObject({
      after: period.describe('How long somebody has to acknowledge.'),
      to: oneOrMore(thingName).describe('Receivers, or channels as receivers of one.'),
    })
    .optional()
    .describe('Who is told too when nobody acknowledged in time. Default: nobody.'),
  group: z
    .strictObject({
      by: oneOrMore(word).describe('What they have in common: rule, severity, key, or a field.'),
      wait: duration
        .prefault('30s')
        .describe('How long the first alert of a group waits for others. Default: 30s.'),
      every: period.prefault('5m').describe('The least time between two messages of one group. Default: 5m.'),
    })
    .optional()
    .describe('Alerts for one receiver that go out together. Default: each alone.'),
});

const inhibition = z.strictObject({
  source: when.describe('Alerts that say why: while one of them is open …'),
  target: when.describe('… these are counted and not told.'),
  equal: oneOrMore(word).describe('Fields that both must have, with the same value.'),
});

const limits = z.strictObject({
  'max-line': size
    .refine((bytes) => bytes >= 1024 && bytes <= 16 * 1024 * 1024, { error: 'must be from 1KiB to 16MiB' })
    .prefault('64KiB')
    .describe('The rest of a longer line is cut off and counted. Default: 64KiB.'),
  'keys-per-rule': z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('Correlations one rule keeps; beyond, the oldest goes and is counted. Default: 100000.'),
  ledger: size
    .refine((bytes) => bytes >= 1024 * 1024, { error: 'must be at least 1MiB' })
    .prefault('2GiB')
    .describe('Size of the ledger; beyond, the oldest delivered alerts go. Default: 2GiB.'),
  keep: period.prefault('90d').describe('Age at which delivered alerts are deleted. Default: 90d.'),
  'max-waiting': z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe('Notifications that wait for one receiver; beyond, they become one message. Default: 1000.'),
  'give-up-after': period
    .prefault('3d')
    .describe('After this long without success a notification is given up. Default: 3d.'),
});

const proxy = z.strictObject({
  https: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://proxy.example.org:3128' })
    .describe('The proxy, with the user name before @ if it wants one.'),
  'password-file': word.optional().describe('File (mode 0600) that holds the password of the proxy.'),
  'no-proxy': z.array(word).default([]).describe('Hosts that are reached directly. Default: none.'),
});

const account = z.strictObject({
  x: z
    .strictObject({
      api: z
        .url({ protocol: /^https?$/ })
        .default('https://api.x.com')
        .describe('Where the API is. Default: https://api.x.com.'),
    })
    .describe('An account on X; its tokens come from `auth login x`.'),
});

const ruleTest = z.strictObject({
  rule: ruleId.optional().describe('The rule under test. Default: whichever fires.'),
  lines: z
    .array(
      z.union([
        z.string(),
        z.strictObject({
          after: duration
            .prefault('0s')
            .describe('How much time passes after the line before. Default: none.'),
          line: z.string().optional().describe('The line that comes then. Default: none, time only passes.'),
          times: z.int().min(1).max(10_000).default(1).describe('How many times. Default: once.'),
        }),
      ]),
    )
    .min(1)
    .describe('Lines as they would be read, in this order, and time that passes between them.'),
  alerts: z
    .array(
      z.strictObject({
        rule: ruleId.optional().describe('The rule that raises it.'),
        severity: z.enum(severities).optional().describe('Its severity.'),
        key: z.array(glob).optional().describe('The values of its key.'),
        count: z.int().min(1).optional().describe('How many lines are behind it.'),
        title: z.string().optional().describe('Its title as a channel would show it.'),
      }),
    )
    .default([])
    .describe('The alerts that must come of the lines. Default: none.'),
});

/** The parts of a document that come from registries. */
export interface RegistrySchemas {
  readonly source: z.ZodType;
  readonly channel: z.ZodType;
  readonly rule: z.ZodType;
}

const plannedSections = ['catch-up'];

/** The schema of all files put together; also, since every key is optional, of each of them. */
export function documentSchema({ source, channel, rule }: RegistrySchemas) {
  return withPlanned(
    z.strictObject({
      summary: z.string().optional().describe('What the file is for, in one line.'),
      sources: z.record(thingName, source).default({}).describe('What is read, by name.'),
      rules: z.array(rule).default([]).describe('What to look for.'),
      include: z
        .array(
          z.union([
            z.strictObject({ pack: word.describe('A pack that is shipped with the program.') }),
            secIncludeSchema,
            swatchIncludeSchema,
          ]),
        )
        .default([])
        .describe('Rules from elsewhere.'),
      accounts: z
        .record(accountName, account)
        .default({})
        .describe('Accounts that channels write with, by name.'),
      channels: z.record(thingName, channel).default({}).describe('Ways out, by name.'),
      receivers: z
        .record(thingName, receiver)
        .default({})
        .describe('Who is told, by name: chains of channels.'),
      routes: z.array(route).default([]).describe('Which alerts go to whom: the first that fits wins.'),
      budgets: z
        .record(thingName, budget)
        .default({})
        .describe('Most messages per channel, in rolling windows.'),
      redact: redactAllSchema,
      'quiet-hours': z
        .record(thingName, quietHours)
        .default({})
        .describe('When receivers are not told at once of what is not urgent, by name.'),
      inhibit: z.array(inhibition).default([]).describe('What is not told because of another open alert.'),
      storm: storm
        .optional()
        .describe('When a receiver is told so much that most of it is joined. Default: never.'),
      flapping: flapping
        .prefault({ above: '5 per 1h' })
        .describe(
          'When an alert that ends and begins over and over is not told each time. Default: above 5 per 1h.',
        ),
      expiry: expiry
        .prefault({ ahead: '14d' })
        .describe('When it is told that what channels need ends: certificates, tokens. Default: 14d ahead.'),
      heartbeat: heartbeat
        .optional()
        .describe('Who is told regularly that the program works. Default: nobody.'),
      metrics: metrics
        .optional()
        .describe('Where figures for Prometheus and the like are given out. Default: nowhere.'),
      drill: drill.optional().describe('When receivers get a test message by the real way. Default: never.'),
      limits: limits.prefault({}).describe('What bounds everything that can grow.'),
      proxy: proxy.optional().describe('How to reach the outside. Default: as HTTPS_PROXY and NO_PROXY say.'),
      tls: z
        .strictObject({ 'ca-file': word.describe('PEM file of further authorities to trust.') })
        .optional()
        .describe('Whom to trust.'),
      late: duration
        .prefault('10m')
        .describe('How much disorder of event times is taken into account. Default: 10m.'),
      zone: z
        .string()
        .refine(isZone, { error: 'must be the name of a time zone such as Europe/Paris' })
        .optional()
        .describe('Zone of time stamps that carry none. Default: the zone of the machine.'),
      tests: z.array(ruleTest).default([]).describe('What must come of which lines.'),
    }),
    plannedSections,
  );
}

/** A document as its schema parsed it. */
export type ConfigDocument = z.infer<ReturnType<typeof documentSchema>>;
