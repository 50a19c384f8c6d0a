import { plainLog } from '../../daemon/log.ts';
import { callControl, type ControlAnswer } from '../../control/client.ts';
import { longestText, type ControlArgs } from '../../control/protocol.ts';
import type { OutgoingText } from '../../daemon/contract.ts';
import type { LedgerFailure } from '../../store/contract.ts';
import { exit, type ExitCode } from '../exit.ts';
import { host, type Hosted } from '../host.ts';
import { readConfig } from '../read-config.ts';
import { readStdin } from '../stdin.ts';
import type { Settings } from '../settings.ts';
import { complain, complainLine, print, printJson } from '../terminal.ts';
import { until } from '../until.ts';
import {
  longWaitMs,
  outcomeOf,
  sentReplySchema,
  shortWaitMs,
  type SentReply,
} from '../../daemon/sent-reply.ts';
import { previewSend } from '../preview.ts';
import type { Severity } from '../../model/program.ts';

/** How long a ledger that cannot be written is tried. */
const commitGraceMs = 5_000;
const stopGraceMs = 5_000;

interface SendFlags {
  readonly to?: readonly string[];
  readonly severity: Severity;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
}

/** `send`: through the running daemon, or by itself. */
export async function send(
  settings: Settings,
  [argument = '']: readonly string[],
  flags: SendFlags,
): Promise<ExitCode> {
  const text = (argument === '-' ? await readStdin() : argument).trimEnd();
  if (text === '') {
    complain('nothing to send: the text is empty');
    return exit.usage;
  }
  return sendText(settings, { to: flags.to ?? [], text, severity: flags.severity }, flags);
}

/** Sends a text that is not empty, and tells what became of it. */
export async function sendText(
  settings: Settings,
  outgoing: OutgoingText,
  flags: Pick<SendFlags, 'wait' | 'dryRun'>,
): Promise<ExitCode> {
  const { to, text } = outgoing;
  if (text.length > longestText) {
    complain(`the text is too long: a message has at most ${longestText} characters`);
    return exit.usage;
  }
  const config = await readConfig(settings, { onScreen: false });
  if (config === undefined) return exit.badConfiguration;
  const unknown = to.filter((name) => !config.receivers.some((receiver) => receiver.name === name));
  if (unknown.length > 0) {
    const known = config.receivers.map(({ name }) => name).join(' ') || 'none';
    complain(`no receiver or channel '${unknown.join("', '")}'; known: ${known}`);
    return exit.usage;
  }
  if (flags.dryRun === true) return previewSend(config, outgoing, settings.json);
  const answered = await callControl(settings.state, 'send', requestOf(outgoing, flags.wait === true), {
    timeoutMs: longWaitMs + 5_000,
  });
  if (answered.ok) return report(settings, sentReplySchema.parse(answered.value));
  if (answered.reason !== 'noDaemon') {
    complain(notTaken(answered));
    return exit.failed;
  }
  const hosting = await host({
    config,
    state: settings.state,
    mode: 'live',
    follow: false,
    log: plainLog(complainLine, settings.quiet ? 'silent' : 'error'),
  });
  return hosting.ok ? sendHosted(settings, hosting.hosted, outgoing, flags.wait === true) : hosting.code;
}

/** Fields that are submitted are plain words and numbers. */
const requestOf = ({ fields = {}, ...outgoing }: OutgoingText, wait: boolean): ControlArgs<'send'> => ({
  ...outgoing,
  to: [...outgoing.to],
  wait,
  fields: Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof field[1]),
    ),
  ),
});

/** A daemon that was asked and fell silent may have taken the message all the same. */
function notTaken({ reason, code, detail }: Extract<ControlAnswer, { readonly ok: false }>): string {
  return reason === 'refused' && code !== 'internal'
    ? `the daemon did not take it: ${detail}`
    : `it is not known whether the daemon took it: ${detail}`;
}

/** Sends by a daemon inside this process. */
export async function sendHosted(
  settings: Pick<Settings, 'json' | 'quiet'>,
  { daemon, leave }: Hosted,
  outgoing: OutgoingText,
  wait: boolean,
): Promise<ExitCode> {
  const kept: { alerts?: readonly string[] } = {};
  const sent = daemon.send(outgoing).then((alerts) => (kept.alerts = alerts));
  await Promise.race([sent, until(() => kept.alerts !== undefined, commitGraceMs)]);
  if (kept.alerts === undefined) {
    const trouble = daemon.trouble();
    await leave(0);
    if (kept.alerts === undefined) {
      complain(notKept(trouble));
      return exit.failed;
    }
    complain('the ledger took it late: it is queued, and the next run or send delivers it');
    return exit.queued;
  }
  const reply = await outcomeOf(daemon, kept.alerts, wait ? longWaitMs : shortWaitMs);
  await leave(stopGraceMs);
  return report(settings, reply);
}

const notKept = (trouble: LedgerFailure | undefined): string =>
  trouble === undefined
    ? `the ledger did not answer within ${commitGraceMs / 1000} s: it is not known whether the message was kept`
    : `the ledger cannot be written: ${trouble.detail}; the message was not kept, and nothing was sent`;

function report(settings: Pick<Settings, 'json' | 'quiet'>, reply: SentReply): ExitCode {
  if (settings.json) printJson({ version: 1, ...reply });
  for (const message of reply.messages) {
    const because = message.why === undefined ? '' : `: ${message.why}`;
    if (!settings.json && !settings.quiet)
      print(`${message.state} to ${message.receiver} by ${message.channel}${because}`);
  }
  const states = reply.messages.map(({ state }) => state);
  if (reply.messages.length === 0) {
    complain('no receiver: name one with --to, or configure receivers');
    return exit.badConfiguration;
  }
  if (states.every((state) => state === 'sent')) return exit.done;
  return states.includes('dead') ? exit.failed : exit.queued;
}
