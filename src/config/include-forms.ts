import { z } from 'zod';
import { ruleId, severities } from '../dialects/native/rule-schema.ts';
import { oneOrMore, period } from '../dialects/native/values.ts';

const word = z.string().min(1);

/** SEC's actions that say something to somebody: those that can raise an alert instead. */
const sayingActions = [
  'logonly',
  'write',
  'writen',
  'owritecl',
  'pipe',
  'pipeexec',
  'report',
  'reportexec',
  'shellcmd',
  'cmdexec',
  'spawn',
  'spawnexec',
  'udgram',
  'ustream',
  'udpsock',
  'tcpsock',
] as const;

/** `include: [{ sec: … }]`. */
export const secIncludeSchema = z.strictObject({
  sec: oneOrMore(word).describe("SEC's rule files: paths and globs, in the order in which they are tried."),
  id: ruleId
    .default('sec')
    .describe('Names the set: its alerts are of this rule, its state is kept under it.'),
  from: oneOrMore(word).optional().describe('The sources whose lines it sees; absent: all.'),
  options: z.string().default('').describe("SEC's own switches, such as --intevents or --bufsize=10."),
  contexts: z
    .record(z.string(), word)
    .default({})
    .describe('By source: the context that is on while one of its lines is looked at.'),
  perl: z.boolean().default(false).describe('Runs Perl code in rules, in a perl of its own.'),
  shell: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('Whether commands with shell syntax run; values of variables are quoted then.'),
  precedence: z
    .enum(['ordinary', 'sec'])
    .default('ordinary')
    .describe('`sec`: `||` before `&&` is evaluated as SEC really does, not as its manual says.'),
  time: z
    .enum(['received', 'event'])
    .default('received')
    .describe("`event`: the clock of the lines' own times while a backlog is read."),
  alert: z
    .strictObject({
      on: oneOrMore(z.enum(sayingActions)).describe(
        'Actions that raise an alert instead of being carried out.',
      ),
      severity: z.enum(severities).default('warning').describe('Of these alerts.'),
      quiet: period.optional().describe('The least time between two messages of one open alert.'),
    })
    .optional()
    .describe('Makes actions of the files into alerts, which are kept, routed and delivered like any other.'),
});

export type SecInclude = z.output<typeof secIncludeSchema>;

const alertForm = z.strictObject({
  on: oneOrMore(z.enum(['echo', 'bell', 'exec', 'mail', 'pipe', 'write']))
    .default(['echo', 'bell'])
    .describe('Actions that raise an alert instead of being carried out.'),
  severity: z.enum(severities).default('warning').describe('Of these alerts.'),
  quiet: period.optional().describe('The least time between two messages of one open alert.'),
});

/** `include: [{ swatch: … }]`. */
export const swatchIncludeSchema = z.strictObject({
  swatch: word.describe('A configuration file of swatch.'),
  id: ruleId
    .default('swatch')
    .describe('Names the set: its alerts are of this rule, its state is kept under it.'),
  from: oneOrMore(word).optional().describe('The sources whose lines it sees; absent: all.'),
  options: z
    .string()
    .default('')
    .describe("Swatch's own options: --awk-field-syntax and --old-style-config mean something here."),
  shell: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('Whether commands with shell syntax run; what comes of the log stays an argument then too.'),
  time: z
    .enum(['received', 'event'])
    .default('received')
    .describe("`event`: the clock of the lines' own times while a backlog is read."),
  alert: z
    .union([z.literal(false), alertForm])
    .prefault({})
    .describe('Makes actions into alerts; false: none, all are carried out. Default: echo and bell.'),
});

export type SwatchInclude = z.output<typeof swatchIncludeSchema>;
