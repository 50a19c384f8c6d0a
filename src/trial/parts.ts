import type { AlertingOutput } from '../alerting/contract.ts';
import type { Config } from '../config/config.ts';
import { createWording } from '../daemon/wording.ts';
import { present } from '../kit/assert.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { Instant } from '../model/time.ts';

/** Knows into how many parts messages are split. */
export interface Parts {
  /** Alerts change: messages that go out later tell of them as they were last. */
  saw(output: AlertingOutput): void;
  of(notification: Notification, now: Instant): number;
}

/** Alerts remembered for their messages; older ones have long gone out. */
const mostAlerts = 20_000;

/** Renders only for channels that split what is long, for that is the only way to know. */
export async function countParts(config: Config, match: MatchPorts): Promise<Parts> {
  const shapes = new Map(config.channels.map(({ name, kind }) => [name, kind.shape]));
  const shapeOf = (channel: string) => present(shapes.get(channel), `shape of channel ${channel}`);
  if (config.channels.every(({ kind }) => !splits(kind.shape))) return { saw: () => undefined, of: () => 1 };
  const wording = await createWording(config.program, shapeOf, config.zone, match);
  const alerts = new Map<string, Alert>();
  return {
    saw(output) {
      if (output.type !== 'alert') return;
      alerts.delete(output.alert.id);
      alerts.set(output.alert.id, output.alert);
      if (alerts.size <= mostAlerts) return;
      const [oldest] = alerts.keys();
      if (oldest !== undefined) alerts.delete(oldest);
    },
    of(notification, now) {
      if (notification.parts !== undefined) return notification.parts;
      if (!splits(shapeOf(notification.channel))) return 1;
      const known = notification.alerts.flatMap((id) => alerts.get(id) ?? []);
      return wording(notification, known, now).parts.length;
    },
  };
}

const splits = ({ limit, maxParts }: Config['channels'][number]['kind']['shape']): boolean =>
  Number.isFinite(limit) && maxParts > 1;
