import { expect, test } from 'vitest';
import {
  attemptsOf,
  channelOf,
  notificationsOf,
  raiseAt,
  rulesOf,
  settledAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { createAlerting } from './alerting.ts';

test('a raise becomes an attempt at once, and a delivery settles it', () => {
  const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')] }));
  const outputs = alerting.step(raiseAt(1000));
  const [attempt] = attemptsOf(outputs);
  if (attempt === undefined) throw new Error('no attempt');
  expect(attempt).toMatchObject({
    receiver: 'admin',
    channel: 'phone',
    reason: 'first',
    state: 'sending',
    attempt: 1,
  });
  expect(alerting.counters()).toMatchObject([{ raised: 1, pending: 1, delivered: 0 }]);
  const done = alerting.step(settledAt(1200, attempt, { type: 'sent', receipt: '17' }));
  expect(notificationsOf(done)).toMatchObject([{ id: attempt.id, state: 'sent', receipts: ['17'] }]);
  expect(alerting.counters()).toMatchObject([{ raised: 1, pending: 0, delivered: 1 }]);
  expect(alerting.step(tickAt(2000))).toEqual([]);
});
