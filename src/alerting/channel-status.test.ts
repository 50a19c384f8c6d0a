import { describe, expect, test } from 'vitest';
import {
  attemptsOf,
  budget,
  channelOf,
  minute,
  notificationsOf,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { alertsOf, stepAndSend } from '../../tests/property/alerting-play.ts';
import type { Delivery } from '../model/delivery.ts';
import { millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingOutput } from './contract.ts';

const hour = 60 * minute;

/** Answers the first attempt. */
function answer(alerting: Alerting, at: number, outputs: readonly AlertingOutput[], delivery: Delivery) {
  const [attempt] = attemptsOf(outputs);
  if (attempt === undefined) throw new Error('no attempt');
  return alerting.step(settledAt(at, attempt, delivery));
}

const statesOf = (alerting: Alerting): string[] =>
  alerting.channels().map(({ name, state }) => `${name} ${state}`);

describe('how a channel stands', () => {
  test('is told with its reason and until when', () => {
    const of = (delivery: Delivery) => {
      const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')] }));
      answer(alerting, 5, alerting.step(raiseAt(0)), delivery);
      return alerting.channels()[0];
    };
    expect(of({ type: 'sent' })).toEqual({
      name: 'phone',
      state: 'working',
      waiting: 0,
      underWay: 0,
      budgets: [],
    });
    expect(of(retry('unavailable'))).toMatchObject({ state: 'failing', since: 5, waiting: 1 });
    expect(of(retry('rateLimited', 1000))).toMatchObject({ state: 'paused', until: 1005 });
    expect(of(retry('auth'))).toMatchObject({ state: 'refused', until: 5 * minute + 5 });
    expect(of(retry('outOfCredit'))).toMatchObject({ state: 'out-of-credit', since: 5 });
  });

  test('knows what its budgets come to', () => {
    const budgets = [{ window: millis(24 * hour), limit: 40, reserve: 8 }];
    const alerting = createAlerting(rulesOf({ channels: [channelOf('phone', { budgets, price: 0.25 })] }));
    for (let n = 1; n <= 20; n += 1) stepAndSend(alerting, raiseAt(n * minute));
    expect(alerting.channels()).toMatchObject([
      {
        state: 'working',
        budgets: [{ limit: 40, reserve: 8, used: 20, endsAt: 80 * minute }],
        spentToday: 5,
      },
    ]);
    const priced = createAlerting(
      rulesOf({ channels: [channelOf('phone', { budgets: budget(9, minute), price: 1 })] }),
    );
    stepAndSend(priced, raiseAt(0));
    stepAndSend(priced, raiseAt(hour));
    expect(priced.channels()).toMatchObject([{ budgets: [{ used: 1 }], spentToday: 2 }]);
    const spent = createAlerting(rulesOf({ channels: [channelOf('phone', { budgets: budget(1, hour) })] }));
    stepAndSend(spent, raiseAt(0));
    stepAndSend(spent, raiseAt(1));
    expect(spent.channels()).toMatchObject([{ state: 'spent', until: hour + 1, waiting: 1 }]);
  });
});

describe('a reserve', () => {
  test('is for critical alerts, also when others came first', () => {
    const budgets = [{ window: millis(hour), limit: 3, reserve: 1 }];
    const alerting = createAlerting(rulesOf({ channels: [channelOf('phone', { budgets })] }));
    const sent = (at: number, severity: 'warning' | 'critical') =>
      notificationsOf(stepAndSend(alerting, raiseAt(at, { severity }))).filter(
        ({ state }) => state === 'sent',
      );
    expect([sent(0, 'warning'), sent(1, 'warning'), sent(2, 'warning')].map(({ length }) => length)).toEqual([
      1, 1, 0,
    ]);
    // What is reserved is the critical one's, and it takes the other along.
    expect(sent(3, 'critical')).toMatchObject([
      { severity: 'critical', reason: 'joined', alerts: { length: 2 } },
    ]);
    expect(sent(4, 'critical')).toEqual([]);
    expect(sent(5, 'warning')).toEqual([]);
    expect(alerting.nextWake()).toBe(hour + 1);
  });
});

describe('a channel without credit', () => {
  const rules = rulesOf({
    channels: [channelOf('phone'), channelOf('mail')],
    receivers: { admin: ['phone'], team: ['mail'] },
    routes: [{ when: { fields: {} }, to: ['admin'], continues: false }],
  });

  test('is told once, by channels that work, to whomever they reach', () => {
    const alerting = createAlerting(rules);
    const outputs = answer(alerting, 5, alerting.step(raiseAt(0)), retry('outOfCredit'));
    const own = alertsOf(outputs).filter(({ rule }) => rule === 'sentinel/out-of-credit');
    expect(own[0]?.last.line).toContain('channel phone is out of credit');
    expect(attemptsOf(outputs)).toMatchObject([{ channel: 'mail', receiver: 'team', severity: 'critical' }]);
    const probe = alerting.step(tickAt(6 * minute));
    expect(alertsOf(answer(alerting, 6 * minute, probe, retry('outOfCredit')))).toEqual([]);
  });

  test('goes to those it is routed to when another channel of theirs works', () => {
    const chained = {
      ...rules,
      receivers: rulesOf({
        channels: [],
        receivers: { admin: ['phone', 'mail'], team: ['mail'] },
      }).receivers,
    };
    const alerting = createAlerting(chained);
    const outputs = answer(alerting, 5, alerting.step(raiseAt(0)), retry('outOfCredit'));
    const passed = notificationsOf(outputs).filter(({ state }) => state !== 'passed');
    expect(passed.map(({ receiver, channel }) => `${receiver} ${channel}`)).toEqual([
      'admin mail',
      'admin mail',
    ]);
  });

  test('is told again when it has credit', () => {
    const alerting = createAlerting(rules);
    answer(alerting, 0, alerting.step(raiseAt(0)), retry('outOfCredit'));
    const outputs = answer(alerting, hour, alerting.step(tickAt(hour)), { type: 'sent' });
    const [again] = alertsOf(outputs).filter(({ rule }) => rule === 'sentinel/credit-again');
    expect(again?.last.line).toBe('channel phone has credit again, after 1h without');
    expect(statesOf(alerting)).toEqual(['phone working', 'mail working']);
  });
});
