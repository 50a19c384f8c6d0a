import { plainLog } from '../../daemon/log.ts';
import { callControl } from '../../control/client.ts';
import { exit, type ExitCode } from '../exit.ts';
import { host } from '../host.ts';
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
  const config = await readConfig(settings, { onScreen: false });
  if (config === undefined) return exit.badConfiguration;
  const unknown = (flags.to ?? []).filter(
    (name) => !config.receivers.some((receiver) => receiver.name === name),
  );
  if (unknown.length > 0) {
    const known = config.receivers.map(({ name }) => name).join(' ') || 'none';
    complain(`no receiver or channel '${unknown.join("', '")}'; known: ${known}`);
    return exit.usage;
  }
  const outgoing = { to: flags.to ?? [], text, severity: flags.severity };
  if (flags.dryRun === true) return previewSend(config, outgoing, settings.json);
  const answered = await callControl(
    settings.state,
    'send',
    { ...outgoing, wait: flags.wait === true },
    { timeoutMs: longWaitMs + 5_000 },
  );
  if (answered.ok) return report(settings, sentReplySchema.parse(answered.value));
  if (answered.reason !== 'noDaemon') {
    complain(`the daemon did not take it: ${answered.detail}`);
    return exit.failed;
  }
  const hosting = await host({
    config,
    state: settings.state,
    mode: 'live',
    follow: false,
    log: plainLog(complainLine, settings.quiet ? 'silent' : 'error'),
  });
  if (!hosting.ok) return hosting.code;
  const { daemon, leave } = hosting.hosted;
  const sent = daemon.send(outgoing);
  const committed = await Promise.race([
    sent.then(() => true),
    until(() => daemon.trouble() !== undefined, commitGraceMs).then(() => false),
  ]);
  if (!committed) {
    complain(`the ledger cannot be written: ${daemon.trouble()?.detail ?? 'no answer'}; nothing was sent`);
    await leave(0);
    return exit.failed;
  }
  const reply = await outcomeOf(daemon, await sent, flags.wait === true ? longWaitMs : shortWaitMs);
  await leave(stopGraceMs);
  return report(settings, reply);
}

function report(settings: Settings, reply: SentReply): ExitCode {
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
