import { describe, expect, test } from 'vitest';
import {
  attemptsOf,
  budget,
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import type { Notification } from '../model/alert.ts';
import type { Severity } from '../model/program.ts';
import { instant, millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, AlertingOutput } from './contract.ts';

const quarter = 15 * minute;

const one = (attempts: readonly Notification[]): Notification => {
  const [attempt] = attempts;
  if (attempt === undefined || attempts.length > 1) throw new Error(`${attempts.length} attempts`);
  return attempt;
};

const raiseMany = (alerting: Alerting, at: number, severities: readonly Severity[]): AlertingOutput[] =>
  severities.flatMap((severity, index) => alerting.step(raiseAt(at, { key: [`${at} ${index}`], severity })));

const many = (count: number, severity: Severity = 'warning'): Severity[] =>
  Array.from({ length: count }, () => severity);

describe('concurrency', () => {
  test('no more attempts under way than the channel takes', () => {
    const alerting = createAlerting(rulesOf({ channels: [channelOf('phone', { concurrency: 3 })] }));
    const attempts = attemptsOf(raiseMany(alerting, 0, many(10)));
    expect(attempts).toHaveLength(3);
    const [first] = attempts;
    if (first === undefined) throw new Error('none');
    expect(attemptsOf(alerting.step(settledAt(1, first)))).toHaveLength(1);
  });

  test('critical goes first among what waits, otherwise the oldest', () => {
    const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')] }));
    let [attempt] = attemptsOf(
      raiseMany(alerting, 0, ['info', 'info', 'warning', 'critical', 'critical', 'info']),
    );
    const order: string[] = [];
    while (attempt !== undefined) {
      order.push(attempt.severity);
      [attempt] = attemptsOf(alerting.step(settledAt(1, attempt)));
    }
    expect(order).toEqual(['info', 'critical', 'critical', 'warning', 'info', 'info']);
  });

  test('receivers do not wait for each other', () => {
    const rules = rulesOf({
      channels: [channelOf('phone'), channelOf('mail')],
      receivers: { admin: ['phone'], team: ['mail'] },
    });
    const alerting = createAlerting(rules);
    expect(attemptsOf(raiseMany(alerting, 0, many(2))).map(({ channel }) => channel)).toEqual([
      'phone',
      'mail',
    ]);
  });
});

describe('parts', () => {
  test('follow each other, ahead of others, each a unit of the budget', () => {
    const channels = [channelOf('phone', { budgets: budget(2, quarter) })];
    const alerting = createAlerting(rulesOf({ channels }));
    const first = one(attemptsOf(alerting.step(raiseAt(0, { severity: 'info' }))));
    alerting.step(raiseAt(1, { severity: 'critical', key: ['b'] }));
    const second = one(attemptsOf(alerting.step(settledAt(2, first, { type: 'sent', receipt: 'r0' }, 3))));
    expect(second).toMatchObject({ id: first.id, part: 1, parts: 3, attempt: 1, receipts: ['r0'] });
    expect(attemptsOf(alerting.step(settledAt(3, second, { type: 'sent', receipt: 'r1' }, 3)))).toEqual([]);
    expect(alerting.nextWake()).toBe(quarter + 1);
    const third = one(attemptsOf(alerting.step(tickAt(quarter + 1))));
    expect(third).toMatchObject({ id: first.id, part: 2, receipts: ['r0', 'r1'] });
    const outputs = alerting.step(settledAt(quarter + 1, third, { type: 'sent' }, 3));
    expect(notificationsOf(outputs).find(({ id }) => id === first.id)).toMatchObject({
      state: 'sent',
      parts: 3,
    });
  });
});

describe('a spent budget', () => {
  const rules = rulesOf({ channels: [channelOf('phone', { budgets: budget(3, quarter), concurrency: 10 })] });

  test('makes the rest wait, then one message tells of all of them', () => {
    const alerting = createAlerting(rules);
    for (const attempt of attemptsOf(raiseMany(alerting, 0, many(3)))) alerting.step(settledAt(1, attempt));
    expect(attemptsOf(raiseMany(alerting, 1000, many(20)))).toEqual([]);
    const outputs = alerting.step(tickAt(quarter + 1));
    const joined = one(attemptsOf(outputs));
    expect(joined).toMatchObject({ reason: 'joined', receiver: 'admin', severity: 'warning' });
    expect(joined.alerts).toHaveLength(20);
    const gone = notificationsOf(outputs).filter(({ state }) => state === 'joined');
    expect(gone.map(({ by }) => by)).toEqual(Array.from({ length: 20 }, () => joined.id));
    expect(alerting.counters()).toMatchObject([{ raised: 23, delivered: 3, pending: 20 }]);
    alerting.step(settledAt(quarter + 2, joined));
    expect(alerting.counters()).toMatchObject([{ raised: 23, delivered: 3, joined: 20, pending: 0 }]);
    expect(alerting.changes().filter(({ scope }) => scope === 'alert' || scope === 'notification')).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ value: expect.anything() })]),
    );
  });

  test('critical ones go alone first, and the last slot is for the rest', () => {
    const alerting = createAlerting(rules);
    for (const attempt of attemptsOf(raiseMany(alerting, 0, many(3)))) alerting.step(settledAt(1, attempt));
    raiseMany(alerting, 1000, [...many(4), ...many(4, 'critical')]);
    const attempts = attemptsOf(alerting.step(tickAt(quarter + 1)));
    expect(attempts.map(({ reason, severity, alerts }) => [reason, severity, alerts.length])).toEqual([
      ['first', 'critical', 1],
      ['first', 'critical', 1],
      ['joined', 'critical', 6],
    ]);
  });

  test('as many as there are slots go one by one', () => {
    const alerting = createAlerting(rules);
    for (const attempt of attemptsOf(raiseMany(alerting, 0, many(3)))) alerting.step(settledAt(1, attempt));
    raiseMany(alerting, 1000, many(3));
    expect(attemptsOf(alerting.step(tickAt(quarter + 1))).map(({ reason }) => reason)).toEqual([
      'first',
      'first',
      'first',
    ]);
  });

  test('each receiver gets a message of its own', () => {
    const channels = [channelOf('phone', { budgets: budget(2, quarter), concurrency: 10 })];
    const alerting = createAlerting(rulesOf({ channels, receivers: { admin: ['phone'], team: ['phone'] } }));
    for (const attempt of attemptsOf(raiseMany(alerting, 0, many(1)))) alerting.step(settledAt(1, attempt));
    raiseMany(alerting, 1000, many(5));
    const attempts = attemptsOf(alerting.step(tickAt(quarter + 1)));
    expect(attempts.map(({ receiver, alerts }) => [receiver, alerts.length])).toEqual([
      ['admin', 5],
      ['team', 5],
    ]);
  });

  test('what a service says is left counts too', () => {
    const alerting = createAlerting(rules);
    const attempt = one(attemptsOf(alerting.step(raiseAt(0))));
    const limits = [{ window: millis(minute), limit: 5, remaining: 0, resetAt: instant(30_000) }];
    alerting.step(settledAt(1, attempt, { type: 'sent', limits }));
    expect(attemptsOf(alerting.step(raiseAt(2, { key: ['b'] })))).toEqual([]);
    expect(alerting.nextWake()).toBe(30_000);
    expect(attemptsOf(alerting.step(tickAt(30_000)))).toHaveLength(1);
  });

  test('critical ones go to the next channel when it stays spent for too long', () => {
    const channels = [
      channelOf('phone', { budgets: budget(1, quarter) }),
      channelOf('mail', { concurrency: 9 }),
    ];
    const alerting = createAlerting(rulesOf({ channels, receivers: { admin: ['phone', 'mail'] } }));
    alerting.step(settledAt(1, one(attemptsOf(alerting.step(raiseAt(0))))));
    const outputs = raiseMany(alerting, 1000, ['warning', 'critical']);
    expect(attemptsOf(outputs)).toMatchObject([{ channel: 'mail', severity: 'critical', hop: 1 }]);
    expect(notificationsOf(outputs).find(({ state }) => state === 'passed')?.why).toContain(
      'the budget is spent',
    );
  });

  test('a short pause is waited for', () => {
    const channels = [channelOf('phone', { budgets: budget(1, minute) }), channelOf('mail')];
    const alerting = createAlerting(rulesOf({ channels, receivers: { admin: ['phone', 'mail'] } }));
    alerting.step(settledAt(1, one(attemptsOf(alerting.step(raiseAt(0))))));
    expect(attemptsOf(alerting.step(raiseAt(2, { severity: 'critical', key: ['b'] })))).toEqual([]);
    expect(attemptsOf(alerting.step(tickAt(minute + 1)))).toMatchObject([{ channel: 'phone' }]);
  });
});

describe('channels of one account', () => {
  const sharing = (name: string) =>
    channelOf(name, { budgets: budget(15, quarter), concurrency: 20, budgetKey: 'account' });
  const shared = rulesOf({
    channels: [sharing('phone'), sharing('tablet')],
    receivers: { admin: ['phone'], team: ['tablet'] },
  });
  const to = (receiver: string, key: string, now: number): AlertingInput => ({
    type: 'send',
    now: instant(now),
    seq: Number(key),
    to: [receiver],
    text: key,
    severity: 'warning',
  });

  test('spend one budget, across a restart too', () => {
    const alerting = createAlerting(shared);
    const attempts = Array.from({ length: 10 }, (_, index) => [
      ...attemptsOf(alerting.step(to('admin', `${2 * index}`, index))),
      ...attemptsOf(alerting.step(to('team', `${2 * index + 1}`, index))),
    ]).flat();
    expect(attempts).toHaveLength(15);
    expect(new Set(attempts.map(({ channel }) => channel))).toEqual(new Set(['phone', 'tablet']));
    for (const attempt of attempts) alerting.step(settledAt(20, attempt));
    const rows = alerting.changes();
    expect(rows.filter(({ scope }) => scope === 'attempt').map(({ key }) => key)).toContain('14 account');
    const again = createAlerting(shared);
    again.restore(rows);
    expect(attemptsOf(again.step({ type: 'started', now: instant(30) }))).toEqual([]);
    // Both have their turn as soon as there is room for one.
    const first = attemptsOf(again.step(tickAt(quarter + 1)));
    expect(first).toHaveLength(2);
    expect(new Set(first.map(({ channel }) => channel))).toEqual(new Set(['phone', 'tablet']));
  });

  test('heed one rate limit, and one attempt shows for both that it is over', () => {
    const alerting = createAlerting(shared);
    const [first] = attemptsOf(alerting.step(to('admin', '1', 0)));
    if (first === undefined) throw new Error('none');
    alerting.step(settledAt(1, first, retry('rateLimited', quarter)));
    expect(attemptsOf(alerting.step(to('team', '2', 2)))).toEqual([]);
    expect(attemptsOf(alerting.step(tickAt(quarter)))).toEqual([]);
    const probe = one(attemptsOf(alerting.step(tickAt(quarter + 1))));
    expect(probe.channel).toBe('phone');
    const after = one(attemptsOf(alerting.step(settledAt(quarter + 2, probe))));
    expect(after.channel).toBe('tablet');
  });

  test('other trouble is that of one channel', () => {
    const alerting = createAlerting(shared);
    const [first] = attemptsOf(alerting.step(to('admin', '1', 0)));
    if (first === undefined) throw new Error('none');
    alerting.step(settledAt(1, first, retry('unavailable', quarter)));
    expect(one(attemptsOf(alerting.step(to('team', '2', 2)))).channel).toBe('tablet');
  });
});

describe('ends of alerts', () => {
  const channels = [channelOf('phone', { budgets: budget(2, quarter), concurrency: 10, resolved: true })];
  const wide = (key: string, severity: Severity) => ({ key: [key], severity, clears: true });

  test('are joined apart from raises, and are told after them', () => {
    const alerting = createAlerting(rulesOf({ channels }));
    for (const key of ['a', 'b']) {
      const attempt = one(attemptsOf(alerting.step(raiseAt(0, wide(key, 'critical')))));
      alerting.step(settledAt(1, attempt));
    }
    for (const key of ['a', 'b']) alerting.step(clearAt(1000, 'r', [key]));
    for (const key of ['c', 'd', 'e']) alerting.step(raiseAt(2000, wide(key, 'warning')));
    const outputs = alerting.step(tickAt(quarter + 2));
    expect(
      attemptsOf(outputs).map(({ reason, severity, alerts }) => [reason, severity, alerts.length]),
    ).toEqual([
      ['joined', 'warning', 3],
      ['resolved', 'critical', 2],
    ]);
    for (const attempt of attemptsOf(outputs)) alerting.step(settledAt(quarter + 3, attempt));
    expect(alerting.counters()).toMatchObject([{ raised: 5, delivered: 2, joined: 3, pending: 0 }]);
  });
});

test('more than may wait become one that grows; it lists some and counts all', () => {
  const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')], maxWaiting: 10 }));
  const first = one(attemptsOf(alerting.step(raiseAt(0, { key: ['first'] }))));
  const outputs = raiseMany(alerting, 1, many(500));
  const waiting = notificationsOf(outputs).filter(({ state }) => state === 'pending');
  expect(waiting.length).toBeLessThanOrEqual(10);
  const big = waiting.reduce((a, b) => (a.alerts.length > b.alerts.length ? a : b));
  expect(big.alerts).toHaveLength(50);
  const told = waiting.reduce((sum, { total, alerts }) => sum + (total ?? alerts.length), 0);
  expect(told).toBe(500);
  const next = one(attemptsOf(alerting.step(settledAt(2, first))));
  expect(next.id).toBe(big.id);
  alerting.step(settledAt(3, next, retry()));
  expect(alerting.counters()).toMatchObject([{ raised: 501, delivered: 1, pending: 500 }]);
});
