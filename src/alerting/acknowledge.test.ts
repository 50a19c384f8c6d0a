import { expect, test } from 'vitest';
import {
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
} from '../../tests/property/alerting-samples.ts';
import { alertsOf, decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { instant } from '../model/time.ts';
import { createAlerting } from './alerting.ts';
import type { AlertingInput } from './contract.ts';

const rules = rulesOf({ channels: [channelOf('phone', { resolved: true })] });

const ackAt = (now: number, alert: string, note = 'on it'): AlertingInput => ({
  type: 'ack',
  now: instant(now),
  alert,
  author: 'ada',
  note,
});

const begun = () => {
  const alerting = createAlerting(rules);
  const [alert] = alertsOf(stepAndSend(alerting, raiseAt(0, { clears: true })));
  if (alert === undefined) throw new Error('no alert');
  return { alerting, id: alert.id };
};

test('what somebody takes care of is not told again, and its end is', () => {
  const { alerting, id } = begun();
  const acked = alerting.step(ackAt(1, id));
  expect(alertsOf(acked)).toMatchObject([{ id, ack: { author: 'ada', note: 'on it', at: 1 } }]);
  expect(decisionsOf(acked, 'acknowledged')).toEqual(['ada takes care of it: on it']);
  const muted = stepAndSend(alerting, raiseAt(2, { clears: true }));
  expect(notificationsOf(muted)).toEqual([]);
  expect(decisionsOf(muted, 'muted')).toEqual(['ada takes care of it: 1 muted so far']);
  expect(alerting.counters()).toMatchObject([{ raised: 2, delivered: 1, muted: { acknowledged: 1 } }]);
  expect(notificationsOf(stepAndSend(alerting, clearAt(3)))).toMatchObject([{ reason: 'resolved' }]);
  expect(notificationsOf(stepAndSend(alerting, raiseAt(4, { clears: true })))).toMatchObject([
    { reason: 'first' },
  ]);
});

test('it holds for what was acknowledged: once it is worse it is told, and must be acknowledged anew', () => {
  const { alerting, id } = begun();
  alerting.step(ackAt(1, id));
  const worse = stepAndSend(alerting, raiseAt(2, { clears: true, severity: 'critical' }));
  expect(notificationsOf(worse)).toMatchObject([{ reason: 'repeated', severity: 'critical' }]);
  expect(alertsOf(worse).at(-1)?.ack).toBeUndefined();
  expect(notificationsOf(stepAndSend(alerting, raiseAt(3, { clears: true })))).toHaveLength(1);
});

test('nothing comes of one for an alert that is over or was never there, and a long note is cut', () => {
  const { alerting, id } = begun();
  expect(alerting.step(ackAt(1, 'nobody'))).toEqual([]);
  const [cut] = alertsOf(alerting.step(ackAt(1, id, 'n'.repeat(5000))));
  expect(cut?.ack?.note).toHaveLength(1000);
  stepAndSend(alerting, clearAt(2));
  expect(alerting.step(ackAt(3, id))).toEqual([]);
});

test('survives a restart', () => {
  const { alerting, id } = begun();
  alerting.step(ackAt(1, id));
  const again = restored(rules, alerting);
  expect(notificationsOf(again.step(raiseAt(5 * minute, { clears: true })))).toEqual([]);
});
