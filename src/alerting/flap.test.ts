import { expect, test } from 'vitest';
import {
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { alertsOf, decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingRules } from './contract.ts';

const hour = 60 * minute;
const rules: AlertingRules = {
  ...rulesOf({ channels: [channelOf('phone', { resolved: true })] }),
  flapping: { above: 3, within: millis(hour) },
};

/** Begins and ends `times` times, a minute apart; what was told of it. */
function flap(alerting: Alerting, times: number, from = 0): string[] {
  return Array.from({ length: times }, (_, n) => from + n * 2 * minute).flatMap((at) => {
    const begun = stepAndSend(alerting, raiseAt(at, { key: ['a'], clears: true }));
    const ended = stepAndSend(alerting, clearAt(at + minute, 'r', ['a']));
    return reasonsOf([...begun, ...ended]);
  });
}

const reasonsOf = (outputs: Parameters<typeof alertsOf>[0]): string[] => {
  const rules = new Map(alertsOf(outputs).map(({ id, rule }) => [id, rule]));
  return notificationsOf(outputs).map(({ reason, alerts }) => `${reason} ${rules.get(alerts[0] ?? '')}`);
};

test('an alert that begins and ends over and over is told so often only, and that it flaps', () => {
  const alerting = createAlerting(rules);
  const once = ['first r', 'resolved r'];
  expect(flap(alerting, 6)).toEqual([...once, ...once, ...once, 'first sentinel/flapping']);
  expect(alerting.counters()).toMatchObject([
    { rule: 'r', raised: 6, delivered: 3, muted: { flapping: 3 } },
    { rule: 'sentinel/flapping', delivered: 1 },
  ]);
});

test('each muted one has its reason', () => {
  const alerting = createAlerting(rules);
  flap(alerting, 3);
  const muted = stepAndSend(alerting, raiseAt(10 * minute, { key: ['a'], clears: true }));
  expect(decisionsOf(muted, 'muted')).toEqual(['it begins and ends over and over: 1 muted so far']);
});

test('one that stays is told when its beginnings lie back far enough', () => {
  const alerting = createAlerting(rules);
  flap(alerting, 3);
  stepAndSend(alerting, raiseAt(10 * minute, { key: ['a'], clears: true }));
  expect(alerting.nextWake()).toBe(hour);
  expect(notificationsOf(stepAndSend(alerting, tickAt(hour)))).toMatchObject([
    { reason: 'first', suppressed: { count: 1, since: 10 * minute } },
  ]);
});

test('after a pause it is told as before, and nothing is remembered', () => {
  const alerting = createAlerting(rules);
  flap(alerting, 5);
  alerting.step(tickAt(3 * hour));
  expect(alerting.nextWake()).toBeUndefined();
  expect(flap(alerting, 1, 3 * hour)).toEqual(['first r', 'resolved r']);
});

test('a restart does not make it forgotten; without the rule all is told', () => {
  const alerting = createAlerting(rules);
  flap(alerting, 4);
  const again = restored(rules, alerting);
  expect(notificationsOf(stepAndSend(again, raiseAt(8 * minute, { key: ['a'], clears: true })))).toEqual([]);
  const { flapping: _, ...without } = rules;
  const free = restored(without, again);
  expect(reasonsOf(stepAndSend(free, tickAt(8 * minute)))).toEqual(['first r']);
});

test('rules that do not say when they are over do not flap', () => {
  const alerting = createAlerting(rules);
  for (let n = 0; n < 10; n += 1)
    expect(notificationsOf(stepAndSend(alerting, raiseAt(n, { key: ['a'] })))).toHaveLength(1);
});

test('one that is watched no more, because there are too many, is told', () => {
  const alerting = createAlerting(rules);
  flap(alerting, 3);
  const at = 10 * minute;
  expect(notificationsOf(stepAndSend(alerting, raiseAt(at, { key: ['a'], clears: true })))).toHaveLength(1);
  const others = Array.from({ length: 10_000 }, (_, n) => raiseAt(at, { key: [`b${n}`], clears: true }));
  const told = others.flatMap((other) => notificationsOf(alerting.step(other)));
  expect(told.filter(({ suppressed }) => suppressed !== undefined)).toMatchObject([
    { reason: 'first', suppressed: { count: 1, since: at } },
  ]);
});
