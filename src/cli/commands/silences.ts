import { z } from 'zod';
import type { SilenceRequest, When } from '../../alerting/contract.ts';
import type { Silence } from '../../alerting/silence.ts';
import { callControl } from '../../control/client.ts';
import { formatDuration, parseDuration } from '../../kit/duration.ts';
import { after, instant, millis } from '../../model/time.ts';
import { ask } from '../ask.ts';
import { exit, type ExitCode } from '../exit.ts';
import { readConditions } from '../conditions.ts';
import { keptSilences } from '../kept-silences.ts';
import { personName } from '../person.ts';
import { checkConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { localTime, readTime, timesOf } from '../times.ts';
import { unknownConditions } from '../unknown-conditions.ts';
import { withReader } from '../with-reader.ts';

const timeoutMs = 5_000;

interface AddFlags {
  readonly for: string;
  readonly start?: string;
  readonly comment: string;
}

/** `silences add FIELD=GLOB…`: what fits all of it is not told for a while. */
export async function add(
  settings: Settings,
  conditions: readonly string[],
  flags: AddFlags,
): Promise<ExitCode> {
  const request = requestOf(conditions, flags);
  if (typeof request === 'string') {
    complain(request);
    return exit.usage;
  }
  const asked = await ask(settings, 'silence-add', request);
  if (!asked.ok) return asked.code;
  if (!settings.quiet) await warnOfUnknown(settings, request);
  const { silence } = idSchema.parse(asked.value);
  if (settings.json) printJson({ version: 1, silence, ...request });
  else if (!settings.quiet) print(`${silence} until ${localTime(request.endsAt)} (${timesOf()})`);
  return exit.done;
}

/** It is kept all the same: rules may come, formats bring fields of their own, and a daemon may have other files. */
async function warnOfUnknown(settings: Settings, { when }: SilenceRequest): Promise<void> {
  const config = await checkConfig(settings);
  if (!config.ok) return;
  for (const words of unknownConditions(when, config.value.program)) complain(`warning: ${words}`);
}

/** `silences list`: those that have not ended, oldest first. */
export async function list(settings: Settings): Promise<ExitCode> {
  const answered = await callControl(settings.state, 'silence-list', {}, { timeoutMs });
  if (answered.ok) return show(settings, listSchema.parse(answered.value).silences);
  if (answered.reason !== 'noDaemon') {
    complain(`the daemon does not answer: ${answered.detail}`);
    return exit.failed;
  }
  return withReader(settings, (reader) => show(settings, keptSilences(reader, instant(Date.now()))));
}

/** `silences expire ID`: ends one before its time. */
export async function expire(settings: Settings, [silence = '']: readonly string[]): Promise<ExitCode> {
  const asked = await ask(settings, 'silence-expire', { silence });
  if (!asked.ok) return asked.code;
  const ended = idSchema.parse(asked.value);
  if (settings.json) printJson({ version: 1, ...ended, expired: true });
  else if (!settings.quiet) print(`${ended.silence} expired`);
  return exit.done;
}

const idSchema = z.object({ silence: z.string() });

type Shown = Pick<Silence, 'id' | 'when' | 'author' | 'comment' | 'startsAt' | 'endsAt' | 'muted'>;

const listSchema = z.object({
  // Only a daemon of this very program answers this command: what it gives is what it keeps.
  silences: z.array(
    z.custom<Shown>((value) => typeof value === 'object' && value !== null && 'when' in value),
  ),
});

/** The silence that is asked for, or what is wrong with it. */
function requestOf(conditions: readonly string[], flags: AddFlags): SilenceRequest | string {
  const now = instant(Date.now());
  const read = readConditions(conditions);
  if (!read.ok) return read.detail;
  const length = parseDuration(flags.for);
  if (length === undefined || length === 0)
    return `--for takes a length of time such as 2h, not '${flags.for}'`;
  const startsAt = flags.start === undefined ? now : readTime(flags.start, now);
  if (startsAt === undefined)
    return `--start takes a time such as 22:00 or 2026-03-01T22:00, not '${flags.start ?? ''}'`;
  if (flags.comment.trim() === '') return '--comment is empty: say what the silence is for';
  const endsAt = after(startsAt, length);
  if (endsAt <= now) return `the silence would have ended at ${localTime(endsAt)} (${timesOf()})`;
  return { when: read.when, author: personName(process.env), comment: flags.comment, startsAt, endsAt };
}

function show(settings: Settings, silences: readonly Shown[]): ExitCode {
  const now = Date.now();
  const isActive = ({ startsAt }: Shown): boolean => startsAt <= now;
  if (settings.json) {
    for (const silence of silences)
      printJson({ version: 1, ...publicPart(silence), active: isActive(silence) });
  } else if (silences.length === 0) print('no silences');
  else {
    print(timesOf());
    print(table(silences.map((silence) => row(silence, isActive(silence)))));
  }
  return exit.done;
}

/** Without what only alerting keeps of it. */
const publicPart = ({ id, when, author, comment, startsAt, endsAt, muted }: Shown) => ({
  id,
  when,
  author,
  comment,
  startsAt,
  endsAt,
  muted,
});

const row = (silence: Shown, isActive: boolean): readonly string[] => [
  silence.id,
  isActive ? 'in force' : `from ${localTime(silence.startsAt)}`,
  `until ${localTime(silence.endsAt)}`,
  `lasts ${formatDuration(millis(silence.endsAt - silence.startsAt))}`,
  `muted ${silence.muted}`,
  whenText(silence.when),
  `${silence.author}: ${silence.comment}`,
];

const whenText = ({ severity, rule, fields }: When): string =>
  Object.entries({ ...(severity && { severity }), ...(rule && { rule }), ...fields })
    .flatMap(([name, globs]) => globs.map((glob) => `${name}=${glob}`))
    .join(' ');
