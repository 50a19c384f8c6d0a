import { describe, expect, test } from 'vitest';
import {
  attemptsOf,
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  settledAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { alertsOf, decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { instant, millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, Route } from './contract.ts';

const hour = 60 * minute;

const rulesWith = (route: Partial<Route>) =>
  rulesOf({
    channels: [channelOf('phone', { resolved: true }), channelOf('mail')],
    receivers: { admin: ['phone'], team: ['mail'] },
    routes: [{ when: { fields: {} }, to: ['admin'], continues: false, ...route }],
    giveUpAfter: 10 * hour,
  });

const repeat = { repeat: millis(hour) };
const escalate = { escalate: { after: millis(15 * minute), to: ['team'] } };

/** Reason and receiver of each message that a tick at these times brings. */
const toldAt = (alerting: Alerting, times: readonly number[]): string[] =>
  times.flatMap((at) =>
    notificationsOf(stepAndSend(alerting, tickAt(at))).map(
      ({ reason, receiver }) => `${at / minute} ${reason} ${receiver}`,
    ),
  );

const ackAt = (now: number, alert: string): AlertingInput => ({
  type: 'ack',
  now: instant(now),
  alert,
  author: 'ada',
  note: '',
});

const idOf = (outputs: Parameters<typeof alertsOf>[0]): string => alertsOf(outputs)[0]?.id ?? 'none';

describe('repeat', () => {
  test('tells an open alert again and again', () => {
    const alerting = createAlerting(rulesWith(repeat));
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    expect(alerting.nextWake()).toBe(hour);
    expect(toldAt(alerting, [hour - 1, hour, 90 * minute, 2 * hour])).toEqual([
      '60 repeated admin',
      '120 repeated admin',
    ]);
    // Messages more do not make raises more.
    expect(alerting.counters()).toMatchObject([{ raised: 1, delivered: 1, pending: 0 }]);
  });

  test('says how many raises were muted meanwhile, and goes on counting', () => {
    const alerting = createAlerting(rulesWith(repeat));
    stepAndSend(alerting, raiseAt(0, { clears: true, quiet: 5 * hour }));
    stepAndSend(alerting, raiseAt(minute, { clears: true, quiet: 5 * hour }));
    expect(notificationsOf(stepAndSend(alerting, tickAt(hour)))).toMatchObject([
      { reason: 'repeated', suppressed: { count: 1, since: minute } },
    ]);
  });

  test('is put off by a message that a raise brings', () => {
    const alerting = createAlerting(rulesWith(repeat));
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    stepAndSend(alerting, raiseAt(50 * minute, { clears: true }));
    expect(toldAt(alerting, [hour, 110 * minute])).toEqual(['110 repeated admin']);
  });

  test('ends with the alert, and with its acknowledgement', () => {
    const over = createAlerting(rulesWith(repeat));
    stepAndSend(over, raiseAt(0, { clears: true }));
    stepAndSend(over, clearAt(minute));
    expect(over.nextWake()).toBeUndefined();
    const acked = createAlerting(rulesWith(repeat));
    const id = idOf(stepAndSend(acked, raiseAt(0, { clears: true })));
    acked.step(ackAt(minute, id));
    expect(acked.nextWake()).toBeUndefined();
  });

  test('does not pile up while the message before still waits', () => {
    const alerting = createAlerting(rulesWith(repeat));
    const [attempt] = attemptsOf(alerting.step(raiseAt(0, { clears: true })));
    if (attempt === undefined) throw new Error('no attempt');
    expect(notificationsOf(alerting.step(tickAt(hour)))).toEqual([]);
    alerting.step(settledAt(hour + 1, attempt));
    expect(toldAt(alerting, [2 * hour])).toEqual(['120 repeated admin']);
  });

  test('that waits for its channel is taken back when somebody acknowledges', () => {
    const alerting = createAlerting(rulesWith(repeat));
    const id = idOf(stepAndSend(alerting, raiseAt(0, { clears: true })));
    // The channel is busy with another alert.
    const [attempt] = attemptsOf(alerting.step(raiseAt(minute, { key: ['b'] })));
    if (attempt === undefined) throw new Error('no attempt');
    const [waiting] = notificationsOf(alerting.step(tickAt(hour)));
    expect(waiting).toMatchObject({ reason: 'repeated', state: 'pending' });
    const acked = alerting.step(ackAt(hour, id));
    expect(notificationsOf(acked)).toMatchObject([{ id: waiting?.id, state: 'muted' }]);
    expect(attemptsOf(alerting.step(settledAt(hour, attempt)))).toEqual([]);
  });

  test('waits for the end of a silence', () => {
    const alerting = createAlerting(rulesWith(repeat));
    stepAndSend(alerting, raiseAt(0, { clears: true, rule: 'disk' }));
    alerting.step({
      type: 'silence-add',
      now: instant(minute),
      seq: 9,
      silence: {
        when: { rule: ['disk'], fields: {} },
        author: 'ada',
        comment: '',
        startsAt: instant(minute),
        endsAt: instant(80 * minute),
        remind: millis(0),
      },
    });
    const muted = stepAndSend(alerting, tickAt(hour));
    expect(notificationsOf(muted)).toEqual([]);
    expect(decisionsOf(muted, 'muted')).toHaveLength(1);
    expect(toldAt(alerting, [79 * minute, 80 * minute])).toContain('80 repeated admin');
  });
});

describe('escalate', () => {
  test('tells others when nobody acknowledged in time, once', () => {
    const alerting = createAlerting(rulesWith(escalate));
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    expect(toldAt(alerting, [14 * minute, 15 * minute, 5 * hour])).toEqual(['15 escalated team']);
  });

  test('tells nobody when somebody did', () => {
    const alerting = createAlerting(rulesWith({ ...escalate, ...repeat }));
    const id = idOf(stepAndSend(alerting, raiseAt(0, { clears: true })));
    alerting.step(ackAt(minute, id));
    expect(toldAt(alerting, [15 * minute, 5 * hour])).toEqual([]);
  });

  test('begins anew when an alert gets worse', () => {
    const alerting = createAlerting(rulesWith(escalate));
    const id = idOf(stepAndSend(alerting, raiseAt(0, { clears: true })));
    alerting.step(ackAt(minute, id));
    stepAndSend(alerting, raiseAt(2 * minute, { clears: true, severity: 'critical' }));
    expect(toldAt(alerting, [15 * minute, 17 * minute])).toEqual(['17 escalated team']);
  });

  test('is remembered through a restart', () => {
    const alerting = createAlerting(rulesWith(escalate));
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    const again = restored(rulesWith(escalate), alerting);
    expect(toldAt(again, [15 * minute])).toEqual(['15 escalated team']);
  });
});

describe('of a rule that does not say when it is over', () => {
  test('an alert that is followed stays open, raises tell of it, and an acknowledgement ends it', () => {
    const alerting = createAlerting(rulesWith({ ...escalate, ...repeat }));
    const id = idOf(stepAndSend(alerting, raiseAt(0)));
    const again = stepAndSend(alerting, raiseAt(minute));
    expect(alertsOf(again).at(-1)).toMatchObject({ id, status: 'open', raises: 2 });
    expect(notificationsOf(again)).toMatchObject([{ reason: 'repeated' }]);
    expect(toldAt(alerting, [15 * minute])).toEqual(['15 escalated team']);
    const acked = stepAndSend(alerting, ackAt(20 * minute, id));
    expect(alertsOf(acked).at(-1)).toMatchObject({ id, status: 'resolved' });
    expect(alerting.nextWake()).toBeUndefined();
    expect(idOf(stepAndSend(alerting, raiseAt(21 * minute)))).not.toBe(id);
  });

  test('nobody is reminded for ever: it is over when it was not raised for as long as sending is tried', () => {
    const alerting = createAlerting(rulesWith(repeat));
    const id = idOf(stepAndSend(alerting, raiseAt(0)));
    for (let hours = 1; hours < 10; hours += 1)
      expect(toldAt(alerting, [hours * hour])).toEqual([`${hours * 60} repeated admin`]);
    const over = stepAndSend(alerting, tickAt(10 * hour));
    expect(alertsOf(over).at(-1)).toMatchObject({ id, status: 'resolved', resolvedAt: 10 * hour });
    expect(alerting.nextWake()).toBeUndefined();
  });

  test('quiet does not end what nobody acknowledged, and ends what somebody did', () => {
    const alerting = createAlerting(rulesWith(escalate));
    const id = idOf(stepAndSend(alerting, raiseAt(0, { quiet: 10 * minute })));
    expect(toldAt(alerting, [10 * minute, 15 * minute])).toEqual(['15 escalated team']);
    alerting.step(ackAt(16 * minute, id));
    expect(alerting.nextWake()).toBe(16 * minute);
    expect(alertsOf(alerting.step(tickAt(16 * minute)))).toMatchObject([{ id, status: 'resolved' }]);
  });
});

describe('receivers that are not there any more', () => {
  const renamed = (route: Partial<Route>) => {
    const rules = rulesWith({ ...route, to: ['night'] });
    return { ...rules, receivers: rules.receivers.map((one) => ({ ...one, name: names[one.name] ?? '' })) };
  };
  const names: { readonly [name: string]: string } = { admin: 'night', team: 'boss' };
  const both = { ...repeat, ...escalate };
  const again = { ...repeat, escalate: { after: millis(15 * minute), to: ['boss'] } };

  test('what was to be told again goes by the routes of now, when it was due', () => {
    const alerting = createAlerting(rulesWith(both));
    const id = idOf(stepAndSend(alerting, raiseAt(0, { clears: true })));
    const after = restored(renamed(again), alerting);
    const outputs = stepAndSend(after, tickAt(minute));
    expect(decisionsOf(outputs, 'routed')).toEqual([
      'there is no receiver admin, team any more: told again to night, boss instead',
    ]);
    expect(toldAt(restored(renamed(again), after), [15 * minute, hour])).toEqual([
      '15 escalated boss',
      '60 repeated night',
    ]);
    stepAndSend(after, ackAt(hour, id));
    expect(toldAt(after, [3 * hour])).toEqual([]);
  });

  test('and to nobody where these ask for none; one that is there keeps its own', () => {
    const alerting = createAlerting(rulesWith(both));
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    expect(toldAt(restored(renamed({}), alerting), [minute, 2 * hour])).toEqual([]);
    expect(toldAt(restored(rulesWith({}), alerting), [minute, hour])).toEqual([
      '60 repeated admin',
      '60 escalated team',
    ]);
  });
});
