import { z } from 'zod';
import { ask, type Asked } from '../ask.ts';
import { exit, type ExitCode } from '../exit.ts';
import { personName } from '../person.ts';
import type { Settings } from '../settings.ts';
import { print, printJson } from '../terminal.ts';

/** `alerts ack ID`: somebody takes care of it. */
export async function ack(
  settings: Settings,
  [alert = '']: readonly string[],
  flags: { readonly note?: string },
): Promise<ExitCode> {
  const author = personName(process.env);
  const note = flags.note ?? '';
  return tell(settings, 'acknowledged', await ask(settings, 'acknowledge', { alert, author, note }));
}

/** `alerts resolve ID`: it is over, says a human. */
export async function resolve(
  settings: Settings,
  [alert = '']: readonly string[],
  flags: { readonly why?: string },
): Promise<ExitCode> {
  const because = flags.why === undefined ? '' : `: ${flags.why}`;
  const why = `resolved by ${personName(process.env)}${because}`;
  return tell(settings, 'resolved', await ask(settings, 'resolve', { alert, why }));
}

const replySchema = z.object({ alert: z.string() });

function tell(settings: Settings, what: string, asked: Asked): ExitCode {
  if (!asked.ok) return asked.code;
  const { alert } = replySchema.parse(asked.value);
  if (settings.json) printJson({ version: 1, alert, [what]: true });
  else if (!settings.quiet) print(`${alert} ${what}`);
  return exit.done;
}
