import { createAlerting } from '../alerting/alerting.ts';
import type { Config } from '../config/config.ts';
import { alertingRules } from '../daemon/alerting-rules.ts';
import type { OutgoingText } from '../daemon/contract.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { createWording } from '../daemon/wording.ts';
import { present } from '../kit/assert.ts';
import { safeForTerminal } from '../kit/terminal.ts';
import type { Alert, Notification } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { exit, type ExitCode } from './exit.ts';
import { print, printJson } from './terminal.ts';

/** `send --dry-run`: the very parts that would be sent, their lengths as the service counts, the price. */
export async function previewSend(config: Config, outgoing: OutgoingText, json: boolean): Promise<ExitCode> {
  const now = instant(Date.now());
  const outputs = createAlerting(alertingRules(config)).step({ type: 'send', now, seq: 0, ...outgoing });
  const alerts = new Map<string, Alert>();
  const notifications = new Map<string, Notification>();
  for (const output of outputs) {
    if (output.type === 'alert') alerts.set(output.alert.id, output.alert);
    if (output.type === 'notification') notifications.set(output.notification.id, output.notification);
  }
  const kinds = new Map(config.channels.map((channel) => [channel.name, channel.kind]));
  const kindOf = (channel: string) => present(kinds.get(channel), `kind of channel ${channel}`);
  const wording = await createWording(
    config.program,
    (channel) => kindOf(channel).shape,
    config.zone,
    createMatchPorts(),
  );
  for (const notification of notifications.values()) {
    const kind = kindOf(notification.channel);
    const message = wording(
      notification,
      notification.alerts.flatMap((id) => alerts.get(id) ?? []),
      now,
    );
    const lengths = message.parts.map((part) => kind.shape.measure(part));
    const price = (kind.price ?? 0) * message.parts.length;
    const { receiver, channel } = notification;
    if (json)
      printJson({ version: 1, receiver, channel, kind: kind.kind, parts: message.parts, lengths, price });
    else {
      print(
        `to ${receiver} by ${channel} (${kind.kind}): ${message.parts.length} part(s), $${price.toFixed(3)}`,
      );
      message.parts.forEach((part, index) =>
        print(`--- ${lengths[index]} of ${kind.shape.limit}\n${safeForTerminal(part)}`),
      );
    }
  }
  return exit.done;
}
