import type { Alerting } from '../alerting/alerting.ts';
import type { AlertingOutput, AlertingRules } from '../alerting/contract.ts';
import { routeOf } from '../alerting/route.ts';
import { matches } from '../alerting/subject.ts';
import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Message } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import type { AlertExplanation, ReceiverExplanation } from './explanation.ts';

/** The message of a notification as its channel would get it. */
export type MessageOf = (
  notification: Notification,
  alert: Alert,
  now: Instant,
) => {
  readonly message: Message;
  readonly kind: string;
  readonly lengths: readonly number[];
  readonly price: number;
};

type Raise = Extract<Effect, { type: 'raise' }>;

/** Lets alerting take a raise, and tells what it decided for each receiver. Messages count as sent. */
export function explainAlert(
  raise: Raise,
  alerting: Alerting,
  rules: AlertingRules,
  messageOf: MessageOf,
): AlertExplanation {
  const subject = subjectOf(raise);
  const { receivers, why, escalations = [] } = routeOf(rules, subject);
  const before = mutedBy(alerting, raise.rule);
  const { alert, notifications, decisions } = take(raise, alerting);
  const after = mutedBy(alerting, raise.rule);
  const told = [...notifications.values()];
  return {
    rule: raise.rule,
    key: raise.key,
    severity: raise.severity,
    at: new Date(raise.now).toISOString(),
    isNew: alert === undefined || alert.raises === 1,
    routing: why,
    receivers: receivers.map(({ name }): ReceiverExplanation => {
      const chain = told.filter(({ receiver }) => receiver === name);
      const last = chain.findLast(({ state }) => state !== 'passed');
      if (last !== undefined && alert !== undefined) return toldTo(last, alert, raise.now, messageOf);
      const reason = mutedReason(name, before, after);
      const silence = alerting.silences().find(({ when, startsAt, endsAt }) => {
        return startsAt <= raise.now && endsAt > raise.now && matches(when, subject);
      });
      const by =
        reason === 'silenced' && silence !== undefined
          ? ` ${silence.id} of ${silence.author}: ${silence.comment}`
          : '';
      return reason === undefined
        ? { receiver: name, state: 'nothing', why: 'nothing is told' }
        : { receiver: name, state: 'muted', why: `${mutings[reason] ?? reason}${by}` };
    }),
    escalations: escalations.map(({ after, to }) => ({ after, to })),
    decisions: decisions.map(({ text }) => text),
  };
}

const mutings: { readonly [reason: string]: string } = {
  quiet: 'quiet: an open alert is told at most once in that time; this raise is counted',
  silenced: 'muted by silence',
  acknowledged: 'somebody takes care of it already',
  inhibited: 'another open alert stands for it (inhibit)',
  flapping: 'it begins and ends over and over (flapping)',
};

function subjectOf({ rule, severity, occurrence }: Raise) {
  const { fields, source, host, program } = occurrence;
  return {
    rule,
    severity,
    fields,
    source,
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
  };
}

interface Taken {
  readonly alert: Alert | undefined;
  readonly notifications: ReadonlyMap<string, Notification>;
  readonly decisions: readonly Decision[];
}

function take(raise: Raise, alerting: Alerting): Taken {
  const notifications = new Map<string, Notification>();
  const decisions: Decision[] = [];
  let alert: Alert | undefined;
  const outputs = alerting.step({ type: 'effect', now: raise.now, effect: raise });
  for (const output of outputs) {
    if (output.type === 'alert' && output.alert.rule === raise.rule) alert = output.alert;
    if (output.type === 'decision') decisions.push(output.decision);
    if (output.type === 'notification') notifications.set(output.notification.id, output.notification);
  }
  // The next line finds a channel that is free again.
  sendAll(outputs, alerting, raise.now);
  return { alert, notifications, decisions };
}

/** Tells alerting that every message it wanted sent is, and so on with what it wants then. */
export function sendAll(outputs: readonly AlertingOutput[], alerting: Alerting, now: Instant): void {
  const waiting = [...outputs];
  for (let output = waiting.shift(); output !== undefined; output = waiting.shift()) {
    if (output.type !== 'attempt') continue;
    const { id: notification, part } = output.notification;
    const delivery = { type: 'sent' } as const;
    waiting.push(...alerting.step({ type: 'settled', now, notification, part, parts: 1, delivery }));
  }
}

function toldTo(
  notification: Notification,
  alert: Alert,
  now: Instant,
  messageOf: MessageOf,
): ReceiverExplanation {
  const { receiver, channel, state, why = '', dueAt } = notification;
  const { message, kind, lengths, price } = messageOf(notification, alert, now);
  return {
    receiver,
    state,
    why: state === 'sending' ? 'sent at once' : why,
    channel,
    kind,
    ...(dueAt > now ? { dueAt: new Date(dueAt).toISOString() } : {}),
    parts: message.parts,
    lengths,
    cost: price * message.parts.length,
  };
}

type Muted = ReadonlyMap<string, { readonly [reason: string]: number }>;

const mutedBy = (alerting: Alerting, rule: string): Muted =>
  new Map(alerting.counters().flatMap((one) => (one.rule === rule ? [[one.receiver, one.muted]] : [])));

function mutedReason(receiver: string, before: Muted, after: Muted): string | undefined {
  const earlier = before.get(receiver) ?? {};
  return Object.entries(after.get(receiver) ?? {}).find(
    ([reason, count]) => count > (earlier[reason] ?? 0),
  )?.[0];
}
