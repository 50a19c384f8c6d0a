import { callControl, type ControlAnswer } from '../control/client.ts';
import type { ControlArgs, ControlCommand, ControlReply } from '../control/protocol.ts';
import { answerControl } from '../daemon/control-answers.ts';
import { plainLog } from '../daemon/log.ts';
import type { Json } from '../model/json.ts';
import { exit, type ExitCode } from './exit.ts';
import { host, type Hosted } from './host.ts';
import { readConfig } from './read-config.ts';
import type { Settings } from './settings.ts';
import { complain, complainLine } from './terminal.ts';
import { until } from './until.ts';

/** `ok: false`: the person was told why not. */
export type Asked =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly code: ExitCode };

/** How much longer a daemon may take than one inside this process. */
const roundTripMs = 5_000;
/** How long a ledger that cannot be written is tried. */
const commitGraceMs = 5_000;
/** How long messages that come of it may take, before they stay queued. */
const deliveryGraceMs = 10_000;

/** How long the answer itself may take, in milliseconds. */
const usualPatience = commitGraceMs;

/** Has something done by the running daemon or, where none runs, by one inside this process. */
export async function ask<Command extends ControlCommand>(
  settings: Settings,
  command: Command,
  args: ControlArgs<Command>,
  patienceMs = usualPatience,
): Promise<Asked> {
  const timeoutMs = patienceMs + roundTripMs;
  const answered = await callControl(settings.state, command, args, { timeoutMs });
  if (answered.ok) return answered;
  if (answered.reason !== 'noDaemon') return failed(whyNot(answered));
  const config = await readConfig(settings, { onScreen: false });
  if (config === undefined) return { ok: false, code: exit.badConfiguration };
  const log = plainLog(complainLine, settings.quiet ? 'silent' : 'error');
  const hosting = await host({ config, state: settings.state, mode: 'live', follow: false, log });
  return hosting.ok ? askHosted(hosting.hosted, command, args, patienceMs) : hosting;
}

/** The same by a daemon inside this process, which is left then. */
export async function askHosted<Command extends ControlCommand>(
  { daemon, leave }: Hosted,
  command: Command,
  args: ControlArgs<Command>,
  patienceMs = usualPatience,
): Promise<Asked> {
  const answer = answerControl(daemon, async () => ({ ok: false, detail: 'there is no daemon' }));
  const kept: { reply?: ControlReply } = {};
  const asked = answer({ command, args } as Parameters<typeof answer>[0]).then(
    (reply) => (kept.reply = reply),
  );
  await Promise.race([asked, until(() => kept.reply !== undefined, patienceMs)]);
  const trouble = daemon.trouble();
  if (kept.reply !== undefined) await until(() => daemon.quiet(), deliveryGraceMs);
  await leave(commitGraceMs);
  const { reply } = kept;
  if (reply === undefined)
    return failed(
      trouble === undefined
        ? 'the ledger did not answer: it is not known whether this was kept'
        : `the ledger cannot be written: ${trouble.detail}; nothing was changed`,
    );
  return reply.ok ? reply : failed(reply.error.message);
}

function failed(why: string): Asked {
  complain(why);
  return { ok: false, code: exit.failed };
}

/** A daemon that was asked and fell silent may have done it all the same. */
function whyNot({ reason, code, detail }: Extract<ControlAnswer, { readonly ok: false }>): string {
  return reason === 'refused' && code !== 'internal'
    ? detail
    : `it is not known whether the daemon did it: ${detail}`;
}
