import { longWaitMs, sentReplySchema, shortWaitMs, type SentReply } from '../../daemon/sent-reply.ts';
import { safeLine } from '../../kit/terminal.ts';
import type { Decision, Notification } from '../../model/alert.ts';
import type { Severity } from '../../model/program.ts';
import { ask } from '../ask.ts';
import { exit, type ExitCode } from '../exit.ts';
import { personName } from '../person.ts';
import { readConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson, table } from '../terminal.ts';
import { withReader } from '../with-reader.ts';

/** How much longer than for the outcome to wait for the answer that tells it. */
const graceMs = 5_000;

/** `drill [RECEIVER…]`: a test message to each by the real way, and how long each step took. */
export async function drill(
  settings: Settings,
  named: readonly string[],
  flags: { readonly severity: Severity; readonly wait?: boolean },
): Promise<ExitCode> {
  const config = await readConfig(settings, { onScreen: false });
  if (config === undefined) return exit.badConfiguration;
  const known = config.receivers.map(({ name }) => name);
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    complain(`no receiver or channel '${unknown.join("', '")}'; known: ${known.join(' ') || 'none'}`);
    return exit.usage;
  }
  const everybody = config.receivers.filter(({ onlyByName }) => onlyByName !== true).map(({ name }) => name);
  const to = named.length > 0 ? [...new Set(named)] : everybody;
  if (to.length === 0) {
    complain('no receiver is configured: there is nobody to tell');
    return exit.badConfiguration;
  }
  const text = `This is a test, begun by ${personName(process.env)}: nothing happened, and nothing needs to be done.`;
  const wait = flags.wait === true;
  const patience = (wait ? longWaitMs : shortWaitMs) + graceMs;
  const asked = await ask(
    settings,
    'send',
    { to, text, severity: flags.severity, isDrill: true, wait },
    patience,
  );
  if (!asked.ok) return asked.code;
  const reply = sentReplySchema.parse(asked.value);
  const told = await tell(settings, to, reply);
  return told === exit.done ? codeOf(to, reply) : told;
}

/** Done only if every receiver got it, by whatever channel of its chain. */
function codeOf(to: readonly string[], { messages }: SentReply): ExitCode {
  const got = (name: string, state: string): boolean =>
    messages.some((message) => message.receiver === name && message.state === state);
  if (to.every((name) => got(name, 'sent'))) return exit.done;
  return to.some((name) => got(name, 'dead')) ? exit.failed : exit.queued;
}

interface Step {
  readonly afterMs: number;
  readonly step: Decision['step'];
  readonly text: string;
}

/** The steps of each receiver's messages, in milliseconds since the test began. */
function tell(settings: Settings, to: readonly string[], { messages }: SentReply): Promise<ExitCode> {
  return withReader(settings, (reader) => {
    const alert = messages[0]?.alert ?? '';
    const decisions = reader.decisionsOf(alert);
    const notifications = reader.notificationsOf(alert);
    for (const receiver of to) {
      const message = messages.find((each) => each.receiver === receiver);
      const steps = stepsOf(receiver, notifications, decisions);
      const state = message?.state ?? 'unknown';
      if (settings.json) {
        const { channel, why } = message ?? {};
        printJson({ version: 1, alert, receiver, state, channel, why, steps });
      } else if (!settings.quiet) {
        const by = message === undefined ? '' : ` by ${message.channel}`;
        const because = message?.why === undefined || state === 'sent' ? '' : `: ${message.why}`;
        print(safeLine(`${receiver}: ${state}${by}${because}`));
        print(table(steps.map(({ afterMs, step, text }) => [`  +${afterMs} ms`, step, text])));
      }
    }
    return exit.done;
  });
}

function stepsOf(
  receiver: string,
  notifications: readonly Notification[],
  decisions: readonly Decision[],
): readonly Step[] {
  const own = new Set(notifications.filter((each) => each.receiver === receiver).map(({ id }) => id));
  const begun = decisions[0]?.at ?? 0;
  return decisions
    .filter(({ notification }) => notification !== undefined && own.has(notification))
    .map(({ at, step, text }) => ({ afterMs: at - begun, step, text }));
}
