import { describe, expect, test } from 'vitest';
import {
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { instant, millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput } from './contract.ts';
import { silenceId } from './silence.ts';

const inhibit = [
  { source: { rule: ['net'], fields: {} }, target: { rule: ['disk'], fields: {} }, equal: [] },
];
const rules = { ...rulesOf({ channels: [channelOf('phone')] }), inhibit };

const silenced = (from: number, to: number): AlertingInput => ({
  type: 'silence-add',
  now: instant(from),
  seq: 7,
  silence: {
    when: { rule: ['disk'], fields: {} },
    author: 'ada',
    comment: '',
    startsAt: instant(from),
    endsAt: instant(to),
  },
});
const disk = (at: number, severity: 'warning' | 'critical') =>
  raiseAt(at * minute, { rule: 'disk', clears: true, severity });
const told = (alerting: Alerting, input: AlertingInput): readonly string[] =>
  notificationsOf(stepAndSend(alerting, input)).map(({ reason, severity }) => `${reason} ${severity}`);

describe('an alert that gets worse while it is muted', () => {
  test('is told when the silence is over, whoever took care of what it was before', () => {
    const alerting = createAlerting(rules);
    expect(told(alerting, disk(0, 'warning'))).toEqual(['first warning']);
    const [alert] = alerting.openAlerts();
    alerting.step({ type: 'ack', now: instant(minute), alert: alert?.id ?? '', author: 'ada', note: '' });
    alerting.step(silenced(5 * minute, 20 * minute));
    expect(told(alerting, disk(10, 'critical'))).toEqual([]);
    const again = restored(rules, alerting);
    const outputs = stepAndSend(again, tickAt(20 * minute));
    expect(notificationsOf(outputs)).toMatchObject([
      { reason: 'repeated', severity: 'critical', suppressed: { count: 1 } },
    ]);
    expect(decisionsOf(outputs, 'kept')).toEqual([
      `silence ${silenceId(7)} is over: nobody heard that its severity rose from warning to critical`,
    ]);
    expect(again.openAlerts()).toMatchObject([{ severity: 'critical', mutedSinceTold: 0 }]);
    expect(again.openAlerts()[0]?.ack).toBeUndefined();
  });

  test('is told when what inhibited it ends, though it is to be quiet', () => {
    const alerting = createAlerting(rules);
    const quiet = { rule: 'disk', quiet: millis(24 * 60 * minute) };
    stepAndSend(alerting, raiseAt(0, { ...quiet, severity: 'warning' }));
    stepAndSend(alerting, raiseAt(minute, { rule: 'net', clears: true }));
    expect(told(alerting, raiseAt(2 * minute, { ...quiet, severity: 'critical' }))).toEqual([]);
    expect(told(alerting, clearAt(3 * minute, 'net'))).toContain('repeated critical');
    expect(told(alerting, raiseAt(4 * minute, { ...quiet, severity: 'critical' }))).toEqual([]);
  });

  test('is not told of again to whoever took care of it as bad as it is', () => {
    const alerting = createAlerting(rules);
    stepAndSend(alerting, disk(0, 'warning'));
    alerting.step(silenced(minute, 20 * minute));
    stepAndSend(alerting, disk(10, 'critical'));
    const [alert] = alerting.openAlerts();
    alerting.step({
      type: 'ack',
      now: instant(11 * minute),
      alert: alert?.id ?? '',
      author: 'ada',
      note: '',
    });
    expect(told(alerting, tickAt(20 * minute))).toEqual([]);
    expect(told(alerting, disk(30, 'critical'))).toEqual([]);
  });
});

describe('what follows when nobody acknowledges', () => {
  const route = { when: { fields: {} }, to: ['admin'], continues: false, repeat: millis(60 * minute) };
  const followed = {
    ...rulesOf({ channels: [channelOf('phone')], receivers: { admin: ['phone'] }, routes: [route] }),
    inhibit,
  };

  test('goes on at once when a silence is ended before its time', () => {
    const alerting = createAlerting(followed);
    stepAndSend(alerting, disk(0, 'warning'));
    alerting.step(silenced(5 * minute, 7 * 24 * 60 * minute));
    expect(told(alerting, tickAt(61 * minute))).toEqual([]);
    alerting.step({ type: 'silence-expire', now: instant(90 * minute), silence: silenceId(7) });
    expect(alerting.nextWake()).toBe(90 * minute);
    expect(told(alerting, tickAt(90 * minute))).toEqual(['repeated warning']);
    expect(alerting.nextWake()).toBe(150 * minute);
  });

  test('is said once to be muted, however long that lasts', () => {
    const alerting = createAlerting(followed);
    stepAndSend(alerting, disk(0, 'warning'));
    stepAndSend(alerting, raiseAt(minute, { rule: 'net', clears: true }));
    const said: string[] = [];
    for (let at = 2; at < 24 * 60; at += 1) {
      said.push(...decisionsOf(stepAndSend(alerting, tickAt(at * minute)), 'muted'));
    }
    expect(said.filter((text) => text.startsWith('not told again: inhibited'))).toHaveLength(1);
  });
});
