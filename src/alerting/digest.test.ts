import { expect, test } from 'vitest';
import {
  channelOf,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingRules } from './contract.ts';

const hour = 60 * minute;
const day = 24 * hour;

const rulesWith = (digest = true): AlertingRules => {
  const rules = rulesOf({ channels: [channelOf('mail'), channelOf('phone')], receivers: { team: ['mail'] } });
  if (!digest) return rules;
  return {
    ...rules,
    receivers: rules.receivers.map((one) => ({ ...one, digest: { at: 7 * hour, zone: 'UTC' } })),
  };
};

const digestsOf = (alerting: Alerting, at: number) =>
  notificationsOf(stepAndSend(alerting, tickAt(at))).filter(({ reason }) => reason === 'digest');

test('a day on which nothing happened is told too', () => {
  const alerting = createAlerting(rulesWith());
  alerting.step(tickAt(0));
  expect(alerting.nextWake()).toBe(7 * hour);
  expect(digestsOf(alerting, 7 * hour)).toMatchObject([
    {
      state: 'sent',
      alerts: [],
      receiver: 'team',
      digest: { since: 0, until: 7 * hour, raised: 0, rules: [] },
    },
  ]);
  expect(alerting.nextWake()).toBe(7 * hour + day);
  expect(alerting.counters()).toEqual([]);
});

test('the sums are those since the last one', () => {
  const alerting = createAlerting(rulesWith());
  for (let n = 0; n < 5; n += 1) stepAndSend(alerting, raiseAt(n, { rule: 'a', quiet: hour }));
  stepAndSend(alerting, raiseAt(10, { rule: 'b' }));
  expect(digestsOf(alerting, 7 * hour)).toMatchObject([
    {
      digest: {
        raised: 6,
        waited: 0,
        delivered: 2,
        muted: { quiet: 4 },
        rules: [
          ['a', 5],
          ['b', 1],
        ],
      },
    },
  ]);
  // One that is under way when the day ends.
  alerting.step(raiseAt(day, { rule: 'b' }));
  expect(notificationsOf(alerting.step(tickAt(day + 7 * hour))).at(-1)).toMatchObject({
    digest: { raised: 1, pending: 1, delivered: 0, muted: {} },
  });
});

test('what waited before stands on the left of the sum', () => {
  const alerting = createAlerting(rulesWith());
  alerting.step(raiseAt(0, { rule: 'a' }));
  const [first] = notificationsOf(alerting.step(tickAt(7 * hour)));
  expect(first).toMatchObject({ digest: { raised: 1, waited: 0, pending: 1 } });
  const [second] = notificationsOf(alerting.step(tickAt(7 * hour + day)));
  expect(second).toMatchObject({ digest: { raised: 0, waited: 1, pending: 1 } });
});

test('one summary stands for several days on which nothing ran, and a restart changes nothing', () => {
  const alerting = createAlerting(rulesWith());
  stepAndSend(alerting, raiseAt(0));
  const again = restored(rulesWith(), alerting);
  expect(again.nextWake()).toBe(7 * hour);
  expect(digestsOf(again, 5 * day)).toMatchObject([{ digest: { raised: 1, since: 0, until: 5 * day } }]);
  expect(again.nextWake()).toBe(5 * day + 7 * hour);
});

test('a receiver that wants none any more gets none, and one that wants one begins now', () => {
  const alerting = createAlerting(rulesWith());
  stepAndSend(alerting, raiseAt(0));
  const without = restored(rulesWith(false), alerting);
  without.step(tickAt(1));
  expect(without.nextWake()).toBeUndefined();
  const later = restored(rulesWith(), without);
  later.step(tickAt(2));
  expect(digestsOf(later, 7 * hour)).toMatchObject([{ digest: { raised: 0, since: 2 } }]);
});
