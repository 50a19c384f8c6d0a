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
  startedAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { instant } from '../model/time.ts';
import { createAlerting } from './alerting.ts';
import type { AlertingRules } from './contract.ts';

const before = rulesOf({
  channels: [channelOf('phone'), channelOf('mail')],
  receivers: { admin: ['phone', 'mail'] },
});

/** Two raises towards `phone`: one under way, one waiting; then a start with other rules. */
function reload(rules: AlertingRules) {
  const old = createAlerting(before);
  const [underWay] = attemptsOf(old.step(raiseAt(0, { key: ['a'] })));
  if (underWay === undefined) throw new Error('no attempt');
  old.step(raiseAt(1, { key: ['b'] }));
  const alerting = createAlerting(rules);
  alerting.restore(old.changes());
  return { alerting, underWay };
}

describe('after a change of the configuration', () => {
  test('what is under way and what waits goes on where the channel is still there', () => {
    const { alerting, underWay } = reload(
      rulesOf({ channels: [channelOf('phone')], receivers: { other: ['phone'] } }),
    );
    const [next] = attemptsOf(alerting.step(settledAt(2, underWay)));
    expect(next).toMatchObject({ channel: 'phone', receiver: 'admin' });
  });

  test('what waits for a channel that is gone goes to where its receiver is heard now', () => {
    const { alerting, underWay } = reload(
      rulesOf({ channels: [channelOf('board')], receivers: { admin: ['board'] } }),
    );
    expect(alerting.nextWake()).toBe(1);
    const outputs = alerting.step(tickAt(1));
    expect(attemptsOf(outputs)).toMatchObject([{ channel: 'board', hop: 0 }]);
    const answer = alerting.step(settledAt(2, underWay, retry()));
    expect(notificationsOf(answer).map(({ channel, state }) => [channel, state])).toContainEqual([
      'phone',
      'passed',
    ]);
  });

  test('and is undelivered where there is nobody left', () => {
    const { alerting } = reload(rulesOf({ channels: [channelOf('board')], receivers: { other: ['board'] } }));
    expect(notificationsOf(alerting.step(tickAt(1)))).toMatchObject([
      { state: 'dead', why: 'there is no channel phone any more' },
    ]);
    expect(alerting.counters()).toMatchObject([{ raised: 2, pending: 1, undelivered: 1 }]);
  });

  test('a chain whose order changed is followed from where it stands', () => {
    const rules = rulesOf({
      channels: [channelOf('phone'), channelOf('mail'), channelOf('board')],
      receivers: { admin: ['mail', 'phone', 'board'] },
    });
    const { alerting, underWay } = reload(rules);
    const outputs = alerting.step(settledAt(2, underWay, { type: 'failed', reason: 'rejected', detail: '' }));
    expect(attemptsOf(outputs).map(({ channel }) => channel)).toContain('board');
  });
});

test('the cost of rows follows what changed, not what is remembered', () => {
  const channels = [channelOf('phone', { budgets: budget(100_000, 60 * minute), concurrency: 1000 })];
  const alerting = createAlerting(rulesOf({ channels }));
  for (let index = 0; index < 500; index += 1) {
    const input = raiseAt(index, { key: [String(index)], quiet: minute });
    for (const attempt of attemptsOf(alerting.step(input))) alerting.step(settledAt(index, attempt));
  }
  alerting.changes();
  alerting.step(raiseAt(1000, { key: ['17'], quiet: minute }));
  expect(alerting.changes().map(({ scope }) => scope)).toEqual(['alert', 'counters', 'clock']);
  alerting.step(raiseAt(1001, { key: ['new'] }));
  expect(
    alerting
      .changes()
      .map(({ scope }) => scope)
      .sort(),
  ).toEqual(['alert', 'attempt', 'budget', 'clock', 'counters', 'notification']);
});

test('what came and went between two writings leaves no row, what was written one that says it is gone', () => {
  const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')] }));
  const scopes = () => alerting.changes().flatMap(({ scope, value }) => (value === undefined ? [scope] : []));
  const raiseAndSend = (at: number) => {
    for (const attempt of attemptsOf(alerting.step(raiseAt(at, { key: [String(at)] })))) {
      alerting.step(settledAt(at, attempt));
    }
  };
  raiseAndSend(1);
  expect(scopes()).toEqual([]);
  const [attempt] = attemptsOf(alerting.step(raiseAt(2, { key: ['b'] })));
  if (attempt === undefined) throw new Error('no attempt');
  alerting.changes();
  alerting.step(settledAt(3, attempt));
  expect(scopes().toSorted()).toEqual(['alert', 'notification']);
});

test('an alert that only waited for messages whose rows are lost is over', () => {
  const old = createAlerting(before);
  old.step(raiseAt(0, { key: ['a'] }));
  old.step(raiseAt(0, { key: ['b'], clears: true }));
  const alerting = createAlerting(before);
  alerting.restore(old.changes().filter(({ scope }) => scope !== 'notification'));
  alerting.step(startedAt(1));
  expect(alerting.openAlerts()).toMatchObject([{ key: ['b'] }]);
  alerting.step({ type: 'resolve', now: instant(2), alert: alerting.openAlerts()[0]?.id ?? '', why: '' });
  expect(alerting.openAlerts()).toEqual([]);
  const left = alerting.changes().flatMap(({ scope, value }) => (value === undefined ? [] : [scope]));
  expect(left).not.toContain('alert');
});
