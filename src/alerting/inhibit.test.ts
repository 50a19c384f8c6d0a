import { expect, test } from 'vitest';
import {
  channelOf,
  clearAt,
  notificationsOf,
  raiseAt,
  rulesOf,
} from '../../tests/property/alerting-samples.ts';
import { decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingRules } from './contract.ts';

const rules: AlertingRules = {
  ...rulesOf({ channels: [channelOf('phone')] }),
  inhibit: [
    {
      source: { rule: ['host-down'], fields: {} },
      target: { severity: ['warning'], fields: {} },
      equal: ['host'],
    },
  ],
};

const down = (at: number, host = 'web1') =>
  raiseAt(at, { rule: 'host-down', key: [host], severity: 'critical', clears: true, fields: { host } });
const disk = (at: number, fields: { host?: string } = { host: 'web1' }, severity?: 'critical') =>
  raiseAt(at, { rule: 'disk', key: ['d'], clears: true, fields, ...(severity && { severity }) });

const told = (alerting: Alerting, input: Parameters<Alerting['step']>[0]): number =>
  notificationsOf(stepAndSend(alerting, input)).length;

test('what follows from an open alert is muted, of the same host only', () => {
  const alerting = createAlerting(rules);
  told(alerting, down(0));
  const muted = stepAndSend(alerting, disk(1));
  expect(notificationsOf(muted)).toEqual([]);
  expect(decisionsOf(muted, 'muted')[0]).toMatch(/^inhibited by alert \w{10} \(host-down\): 1 muted so far$/);
  expect(told(alerting, disk(2, { host: 'web2' }))).toBe(1);
  expect(alerting.counters()).toMatchObject([{ rule: 'disk', muted: { inhibited: 1 }, delivered: 1 }, {}]);
});

test('a field that is missing is equal to nothing, and worse ones are told', () => {
  const alerting = createAlerting(rules);
  told(alerting, down(0));
  expect(told(alerting, disk(1, {}))).toBe(1);
  const other = createAlerting(rules);
  told(other, down(0));
  expect(told(other, disk(1, { host: 'web1' }, 'critical'))).toBe(1);
});

test('when the inhibiting alert is over, what is still open and was never told is told', () => {
  const alerting = createAlerting(rules);
  told(alerting, down(0));
  told(alerting, disk(1));
  const over = stepAndSend(alerting, clearAt(5, 'host-down', ['web1']));
  expect(notificationsOf(over)).toMatchObject([{ reason: 'first', suppressed: { count: 1, since: 1 } }]);
  expect(alerting.counters()).toMatchObject([
    { rule: 'disk', raised: 1, muted: { inhibited: 1 }, delivered: 0 },
    {},
  ]);
});

test('and what is over by then is not', () => {
  const alerting = createAlerting(rules);
  told(alerting, down(0));
  told(alerting, disk(1));
  told(alerting, clearAt(2, 'disk', ['d']));
  expect(told(alerting, clearAt(5, 'host-down', ['web1']))).toBe(0);
});

test('alerts that are source and target do not inhibit each other, nor does one itself', () => {
  const both = { source: { fields: {} }, target: { fields: {} }, equal: ['host'] };
  const alerting = createAlerting({ ...rules, inhibit: [both] });
  expect(told(alerting, down(0))).toBe(1);
  expect(told(alerting, down(1))).toBe(1);
  expect(told(alerting, disk(2))).toBe(1);
});

test('one that inhibits others itself is told when nothing inhibits it any more', () => {
  const chain = {
    source: { severity: ['critical', 'warning'], fields: {} },
    target: { severity: ['warning', 'info'], fields: {} },
    equal: ['host'],
  } as const;
  const alerting = createAlerting({ ...rules, inhibit: [chain] });
  told(alerting, down(0));
  expect(told(alerting, disk(1))).toBe(0);
  const over = stepAndSend(alerting, clearAt(5, 'host-down', ['web1']));
  expect(notificationsOf(over)).toMatchObject([{ reason: 'first', suppressed: { count: 1, since: 1 } }]);
});

test('it is remembered through a restart, and forgotten with the rules', () => {
  const alerting = createAlerting(rules);
  told(alerting, down(0));
  expect(told(restored(rules, alerting), disk(1))).toBe(0);
  told(alerting, disk(1));
  const without = restored({ ...rules, inhibit: [] }, alerting);
  expect(notificationsOf(stepAndSend(without, disk(2)))).toMatchObject([
    { reason: 'first', suppressed: { count: 1 } },
  ]);
});
