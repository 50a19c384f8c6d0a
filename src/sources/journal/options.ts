import { z } from 'zod';
import { namesOption } from '../names-option.ts';
import { recordOptions } from '../record-options.ts';

/** What the kind `journal` needs to know. */
export interface JournalOptions {
  readonly units: readonly string[];
  readonly userUnits: readonly string[];
  readonly identifiers: readonly string[];
  readonly facilities: readonly string[];
  /** A word or number, or a range of them, as journalctl takes it. */
  readonly priority?: string;
  /** `FIELD=value`. */
  readonly matches: readonly string[];
  readonly boot: 'all' | 'current';
  readonly files: readonly string[];
  readonly directory?: string;
  readonly namespace?: string;
  readonly merge: boolean;
  readonly start: 'end' | 'beginning';
  /** Longest message, in bytes. */
  readonly maxRecord: number;
  /** The program that reads the journal. */
  readonly program: string;
}

const level = '(?:emerg|alert|crit|err|warning|notice|info|debug|[0-7])';
const absolute = z.string().regex(/^\/\P{Cc}*$/u, 'not an absolute path');

const filters = z.strictObject({
  units: namesOption.describe(
    'Only of these units, such as `ssh.service`; patterns as `systemctl` takes them.',
  ),
  'user-units': namesOption.describe('Only of these units of user sessions.'),
  identifiers: namesOption.describe('Only of programs that call themselves so (`SYSLOG_IDENTIFIER`).'),
  facilities: namesOption.describe('Only of these syslog facilities, such as `auth` and `authpriv`.'),
  priority: z
    .string()
    .regex(
      new RegExp(`^${level}(?:\\.\\.${level})?$`),
      'not a priority such as warning, or a range such as emerg..err',
    )
    .optional()
    .describe('Only of this priority and more severe ones, or of a range: `warning`, `emerg..err`.'),
  matches: z
    .array(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}=\P{Cc}+$/u, 'not of the form FIELD=value'))
    .max(1000)
    .optional()
    .describe('Only with these values, as `FIELD=value`: several values of one field are alternatives.'),
  boot: z
    .enum(['all', 'current'])
    .prefault('all')
    .describe('`current`: nothing of what was written before the machine started.'),
  file: z
    .union([absolute.transform((one) => [one]), z.array(absolute).min(1)])
    .optional()
    .describe('Journal files (globs are allowed) instead of those of this machine.'),
  directory: absolute.optional().describe('A directory of journal files instead of those of this machine.'),
  namespace: z
    .string()
    .regex(/^[A-Za-z0-9_*+.@-]{1,255}$/, 'not the name of a journal namespace')
    .optional()
    .describe('The journal namespace, `*` for all of them.'),
  merge: z.boolean().prefault(false).describe('Also what other machines sent to this one.'),
  program: absolute.prefault('/usr/bin/journalctl').describe('The program that reads the journal.'),
});

export const journalOptions: z.ZodType<JournalOptions> = z
  .strictObject({
    journal: z
      .union([z.literal(true).transform(() => filters.parse({})), filters])
      .describe("The system's journal: `true` for all of it, or what to take of it.")
      .refine((read) => read.file === undefined || read.directory === undefined, {
        message: '"file" and "directory" exclude each other',
      }),
    start: z
      .enum(['end', 'beginning'])
      .prefault('end')
      .describe('Where reading begins when the source is seen for the first time.'),
    'max-record': recordOptions['max-record'],
  })
  .transform(({ journal, start, 'max-record': maxRecord }) => ({
    units: journal.units ?? [],
    userUnits: journal['user-units'] ?? [],
    identifiers: journal.identifiers ?? [],
    facilities: journal.facilities ?? [],
    matches: journal.matches ?? [],
    boot: journal.boot,
    files: journal.file ?? [],
    merge: journal.merge,
    program: journal.program,
    start,
    maxRecord,
    ...(journal.priority === undefined ? {} : { priority: journal.priority }),
    ...(journal.directory === undefined ? {} : { directory: journal.directory }),
    ...(journal.namespace === undefined ? {} : { namespace: journal.namespace }),
  }));
