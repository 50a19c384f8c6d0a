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
import type { Delivery } from '../model/delivery.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingOutput, AlertingRules } from './contract.ts';

const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 7, 1);

const rules = rulesOf({
  channels: [channelOf('phone', { budgets: budget(2, 15 * minute), concurrency: 5 }), channelOf('mail')],
  receivers: { admin: ['phone'] },
});

const restarted = (old: Alerting, at: number, by: AlertingRules = rules) => {
  const alerting = createAlerting(by);
  alerting.restore(old.changes());
  return { alerting, outputs: alerting.step(startedAt(at)) };
};

/** Raises and answers what it makes be attempted. */
const tell = (alerting: Alerting, at: number, key: string, answer: Delivery = retry()): AlertingOutput[] => {
  const outputs = alerting.step(raiseAt(at, { key: [key] }));
  for (const attempt of attemptsOf(outputs)) alerting.step(settledAt(at, attempt, answer));
  return outputs;
};

describe.each([
  ['an hour ahead', hour],
  ['in another year', 4 * 365 * day],
])('a clock that was %s', (_name, ahead) => {
  test('does not make a rate limit last longer than the service said', () => {
    const old = createAlerting(rules);
    tell(old, now + ahead, 'a', retry('rateLimited', 10 * minute));
    const { alerting, outputs } = restarted(old, now);
    expect(attemptsOf(outputs)).toEqual([]);
    expect(alerting.nextWake()).toBe(now + 10 * minute);
    expect(attemptsOf(alerting.step(tickAt(now + 10 * minute)))).toHaveLength(1);
  });

  test('nor a back-off longer than its own time', () => {
    const old = createAlerting(rules);
    tell(old, now + ahead, 'a');
    const { alerting } = restarted(old, now);
    expect(alerting.nextWake()).toBeGreaterThan(now);
    expect(alerting.nextWake()).toBeLessThanOrEqual(now + 1000);
  });

  test('nor a spent budget: attempts of the future count as made now', () => {
    const old = createAlerting(rules);
    tell(old, now + ahead, 'a', { type: 'sent' });
    tell(old, now + ahead, 'b', { type: 'sent' });
    const { alerting } = restarted(old, now);
    expect(attemptsOf(alerting.step(raiseAt(now, { key: ['c'] })))).toEqual([]);
    expect(alerting.nextWake()).toBe(now + 15 * minute + 1);
    const written = alerting.changes().filter(({ scope }) => scope === 'attempt');
    expect(written.map(({ value }) => value)).toEqual([now, now]);
    expect(attemptsOf(alerting.step(tickAt(now + 15 * minute + 1)))).toHaveLength(1);
  });

  test('nor a chain wait, nor what is never sent be tried for ever', () => {
    const chain = rulesOf({
      channels: [channelOf('phone'), channelOf('mail')],
      receivers: { admin: ['phone', 'mail'] },
    });
    const old = createAlerting(chain);
    tell(old, now + ahead, 'a');
    const { alerting } = restarted(old, now, chain);
    for (let at = now; at < now + 5 * minute; at = alerting.nextWake() ?? Number.POSITIVE_INFINITY) {
      const [attempt] = attemptsOf(alerting.step(tickAt(at)));
      if (attempt?.channel === 'mail') return;
      if (attempt !== undefined) alerting.step(settledAt(at, attempt, retry()));
    }
    throw new Error('never passed on');
  });

  test('nor mute an alert for longer than it wants quiet, or keep it open', () => {
    const old = createAlerting(rules);
    const quiet = { key: ['a'], quiet: hour };
    const [attempt] = attemptsOf(old.step(raiseAt(now + ahead, quiet)));
    if (attempt === undefined) throw new Error('none');
    old.step(settledAt(now + ahead, attempt));
    const { alerting } = restarted(old, now);
    expect(alerting.nextWake()).toBe(now + hour);
    const again = alerting.step(raiseAt(now + hour - 1, quiet));
    expect(notificationsOf(again)).toEqual([]);
    expect(notificationsOf(alerting.step(raiseAt(now + hour, quiet)))).toHaveLength(1);
  });
});

describe('a clock that was right', () => {
  test('or almost, is not set back', () => {
    const old = createAlerting(rules);
    tell(old, now + minute, 'a', retry('rateLimited', 10 * minute));
    expect(restarted(old, now).alerting.nextWake()).toBe(now + 11 * minute);
  });

  test('goes on with what it had', () => {
    const old = createAlerting(rules);
    tell(old, now, 'a', retry('rateLimited', day));
    const { alerting, outputs } = restarted(old, now + hour);
    expect(outputs).toEqual([]);
    expect(alerting.changes().map(({ scope }) => scope)).toEqual(['clock']);
    expect(alerting.nextWake()).toBe(now + day);
  });
});

test('no other input sets the clock back', () => {
  const alerting = createAlerting(rules);
  tell(alerting, now + hour, 'a', retry('rateLimited', 10 * minute));
  expect(alerting.step(tickAt(now))).toEqual([]);
  expect(attemptsOf(alerting.step(raiseAt(now, { key: ['b'] })))).toEqual([]);
  expect(alerting.nextWake()).toBe(now + hour + 10 * minute);
});

test('a pause that no rule allows is brought back even where the clock says nothing', () => {
  const old = createAlerting(rules);
  tell(old, now, 'a', retry('rateLimited', hour));
  const rows = old.changes().map((row) => {
    if (row.scope !== 'budget') return row;
    const value = JSON.parse(JSON.stringify(row.value).replace(/"until":\d+/, `"until":${now + 900 * day}`));
    return { ...row, value };
  });
  const alerting = createAlerting(rules);
  alerting.restore(rows);
  alerting.step(startedAt(now + 1));
  alerting.step(tickAt(now + hour));
  expect(alerting.nextWake()).toBeLessThanOrEqual(now + day + 5 * minute + 1);
});
