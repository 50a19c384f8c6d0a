import { expect, test } from 'vitest';
import {
  attemptsOf,
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
import { restored } from '../../tests/property/alerting-play.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput } from './contract.ts';

const hour = 60 * minute;
const day = 24 * hour;
const chain = rulesOf({
  channels: [channelOf('phone'), channelOf('mail')],
  receivers: { admin: ['phone', 'mail'], team: ['mail'] },
  routes: [
    { when: { severity: ['critical'], fields: {} }, to: ['admin'], continues: false },
    { when: { fields: {} }, to: ['team'], continues: false },
  ],
  giveUpAfter: day,
});

/** Two messages wait since the first attempt at one of them failed. */
function waiting(severity: 'critical' | 'warning'): Alerting {
  const alerting = createAlerting(chain);
  const [attempt] = attemptsOf(alerting.step(raiseAt(0, { severity, key: ['a'] })));
  alerting.step(raiseAt(0, { severity, key: ['b'] }));
  if (attempt !== undefined) alerting.step(settledAt(0, attempt, retry()));
  return alerting;
}

/** The states of what a step decided on, each with its channel. */
const statesAfter = (alerting: Alerting, input: AlertingInput): string[] =>
  notificationsOf(alerting.step(input)).map(({ state, channel }) => `${state} ${channel}`);

/** Fails each attempt until none is made any more; the time of the last. */
function failAll(alerting: Alerting, from: number): number {
  let last = from;
  for (let at = from, outputs = alerting.step(tickAt(from)); ; outputs = alerting.step(tickAt(at))) {
    for (let attempts = attemptsOf(outputs); attempts.length > 0; last = at)
      attempts = attempts.flatMap((one) => attemptsOf(alerting.step(settledAt(at, one, retry()))));
    at = alerting.nextWake() ?? Infinity;
    if (at === Infinity) return last;
  }
}

test('after days in which nothing ran, or all slept, what waits is tried before it is given up', () => {
  const ended = restored(chain, waiting('warning'));
  expect(statesAfter(ended, startedAt(4 * day))).toEqual(['sending mail']);
  expect(statesAfter(waiting('warning'), tickAt(4 * day))).toEqual(['sending mail']);
});

test('and for as long as it would have been', () => {
  const slept = restored(chain, waiting('warning'));
  const last = failAll(slept, 5 * day);
  expect(last).toBeGreaterThan(5 * day + 23 * hour);
  expect(last).toBeLessThanOrEqual(6 * day);
  expect(slept.counters()).toMatchObject([{ raised: 2, undelivered: 2, pending: 0 }]);
});

test('nor does the next channel get it before its own was tried again', () => {
  const alerting = restored(chain, waiting('critical'));
  expect(statesAfter(alerting, startedAt(hour))).toEqual(['sending phone']);
  expect(statesAfter(alerting, tickAt(hour + 3 * minute))).toContain('sending mail');
});

test('how long a channel has failed is told as it is', () => {
  const alerting = waiting('warning');
  alerting.step(tickAt(4 * day));
  expect(alerting.channels().find(({ name }) => name === 'mail')).toMatchObject({ since: 0 });
});
