import { describe, expect, test } from 'vitest';
import {
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  retry,
  rulesOf,
  attemptsOf,
  settledAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { instant } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingRules, QuietHours } from './contract.ts';

const hour = 60 * minute;
const nights: QuietHours = {
  name: 'nights',
  from: 22 * hour,
  to: 7 * hour,
  zone: 'UTC',
  hold: ['info', 'warning'],
  exempt: ['board'],
};

const rulesWith = (quietHours: QuietHours = nights, channels = ['mail']): AlertingRules => {
  const rules = rulesOf({
    channels: [channelOf('mail', { resolved: true }), channelOf('board')],
    receivers: { team: channels },
  });
  return { ...rules, receivers: rules.receivers.map((receiver) => ({ ...receiver, quietHours })) };
};

/** The night before the second day. */
const night = 23 * hour;
const morning = 31 * hour;

const told = (alerting: Alerting, input: Parameters<Alerting['step']>[0]) =>
  notificationsOf(stepAndSend(alerting, input)).filter(({ state }) => state === 'sent');

describe('quiet hours', () => {
  test('hold what is not urgent and tell it in one message, truthfully', () => {
    const alerting = createAlerting(rulesWith());
    expect(told(alerting, raiseAt(night - 2 * hour))).toHaveLength(1);
    for (const key of ['a', 'b', 'a']) expect(told(alerting, raiseAt(night, { key: [key] }))).toEqual([]);
    expect(told(alerting, raiseAt(night + 1, { severity: 'critical' }))).toHaveLength(1);
    expect(alerting.counters()).toMatchObject([{ raised: 5, delivered: 2, held: 3, pending: 0 }]);
    expect(alerting.nextWake()).toBe(morning);
    expect(told(alerting, tickAt(morning))).toMatchObject([
      {
        reason: 'joined',
        summary: {
          cause: 'quiet-hours',
          title: 'nights',
          raises: 3,
          first: night,
          last: night,
          keys: [
            ['a', 2],
            ['b', 1],
          ],
        },
      },
    ]);
    expect(alerting.counters()).toMatchObject([{ raised: 5, delivered: 2, joined: 3, held: 0, pending: 0 }]);
    expect(alerting.nextWake()).toBeUndefined();
  });

  test('tell one that they held as what it is', () => {
    const alerting = createAlerting(rulesWith());
    const held = stepAndSend(alerting, raiseAt(night));
    expect(notificationsOf(held)).toMatchObject([{ state: 'held', dueAt: morning }]);
    expect(decisionsOf(held, 'held')).toEqual(['quiet-hours nights: held until 1970-01-02T07:00:00.000Z']);
    expect(told(alerting, tickAt(morning))).toMatchObject([{ reason: 'first', alerts: { length: 1 } }]);
    expect(alerting.counters()).toMatchObject([{ delivered: 1, held: 0 }]);
  });

  test('do not hold what a channel takes that does not care', () => {
    const alerting = createAlerting(rulesWith(nights, ['board', 'mail']));
    expect(told(alerting, raiseAt(night))).toMatchObject([{ channel: 'board' }]);
  });

  test('hold what passes to a channel that does care', () => {
    const alerting = createAlerting(rulesWith(nights, ['board', 'mail']));
    const [attempt] = attemptsOf(alerting.step(raiseAt(night)));
    if (attempt === undefined) throw new Error('no attempt');
    const passed = notificationsOf(alerting.step(settledAt(night, attempt, retry('auth'))));
    expect(passed.at(-1)).toMatchObject({ channel: 'mail', state: 'held' });
    expect(told(alerting, tickAt(morning))).toMatchObject([{ channel: 'mail' }]);
  });

  test('hold what waits when they begin', () => {
    const alerting = createAlerting(rulesWith());
    const [attempt] = attemptsOf(alerting.step(raiseAt(21 * hour)));
    if (attempt === undefined) throw new Error('no attempt');
    alerting.step(raiseAt(21 * hour, { key: ['b'] }));
    const after = alerting.step(settledAt(22 * hour, attempt));
    expect(attemptsOf(after)).toEqual([]);
    expect(notificationsOf(after).at(-1)).toMatchObject({ state: 'held' });
  });

  test('hold ends too, apart from beginnings', () => {
    const alerting = createAlerting(rulesWith());
    for (const key of ['a', 'b']) told(alerting, raiseAt(20 * hour, { key: [key], clears: true }));
    for (const key of ['a', 'b']) expect(told(alerting, clearAt(night, 'r', [key]))).toEqual([]);
    told(alerting, raiseAt(night, { key: ['c'] }));
    const inTheMorning = told(alerting, tickAt(morning));
    expect(inTheMorning.toSorted((a, b) => (a.reason < b.reason ? -1 : 1))).toMatchObject([
      { reason: 'first' },
      { reason: 'resolved', alerts: { length: 2 } },
    ]);
  });

  test('do not hold what a human writes', () => {
    const alerting = createAlerting(rulesWith());
    const send = { type: 'send', seq: 1, to: ['team'], text: 'hello', severity: 'info' } as const;
    expect(told(alerting, { ...send, now: instant(night) })).toHaveLength(1);
  });

  test('that never end tell what they held once a day all the same', () => {
    const alerting = createAlerting(rulesWith({ ...nights, from: 7 * hour, to: 7 * hour }));
    expect(told(alerting, raiseAt(night))).toEqual([]);
    expect(told(alerting, tickAt(morning))).toHaveLength(1);
  });

  test('survive a restart; those that are gone hold nothing any more', () => {
    const alerting = createAlerting(rulesWith());
    for (const key of ['a', 'b']) stepAndSend(alerting, raiseAt(night, { key: [key] }));
    const again = restored(rulesWith(), alerting);
    expect(again.nextWake()).toBe(morning);
    expect(told(again, tickAt(morning))).toMatchObject([{ summary: { raises: 2 } }]);
    const free = restored(
      rulesOf({ channels: [channelOf('mail')], receivers: { team: ['mail'] } }),
      alerting,
    );
    expect(free.nextWake()).toBe(night);
    expect(told(free, tickAt(night))).toMatchObject([{ summary: { raises: 2 } }]);
  });
});
