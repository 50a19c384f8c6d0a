import { expect, test } from 'vitest';
import {
  channelOf,
  failed,
  minute,
  retry,
  rulesOf,
  settledAt,
} from '../../tests/property/alerting-samples.ts';
import type { Notification } from '../model/alert.ts';
import type { Row } from '../model/machine.ts';
import { instant, millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, AlertingOutput, AlertingRules } from './contract.ts';

const day = 24 * 60 * minute;
const end = 100 * day;
const what = 'the certificate of mail.example.org:465';

const rulesWith = (receivers: { readonly [name: string]: readonly string[] }): AlertingRules => ({
  ...rulesOf({ channels: [channelOf('mail'), channelOf('phone')], receivers }),
  expiryAhead: millis(14 * day),
});

const expiresAt = (now: number, at = end): AlertingInput => ({
  type: 'expiries',
  now: instant(now),
  channel: 'mail',
  expiries: [{ what, at: instant(at) }],
});

const attempts = (outputs: readonly AlertingOutput[]): readonly Notification[] =>
  outputs.flatMap((output) => (output.type === 'attempt' ? [output.notification] : []));

const told = (alerting: Alerting, now: number, at = end): readonly string[] =>
  alerting
    .step(expiresAt(now, at))
    .flatMap((output) =>
      output.type === 'alert' ? [`${output.alert.severity} ${output.alert.last.line}`] : [],
    )
    .filter((text, place, all) => all.indexOf(text) === place);

test('what ends is told once when it comes near, once when it is late, and once when it is over', () => {
  const alerting = createAlerting(rulesWith({ me: ['phone'] }));
  expect(told(alerting, end - 15 * day)).toEqual([]);
  expect(told(alerting, end - 14 * day)).toEqual([
    `warning ${what} ends at 1970-04-11T00:00:00.000Z, in 14d: after that nothing may get through by channel mail`,
  ]);
  expect(told(alerting, end - 13 * day)).toEqual([]);
  expect(told(alerting, end - 2 * day)).toEqual([expect.stringMatching(/^critical .*, in 2d: /)]);
  expect(told(alerting, end - day)).toEqual([]);
  expect(told(alerting, end)).toEqual([
    `critical ${what} ended at 1970-04-11T00:00:00.000Z: nothing may get through by channel mail until it is renewed`,
  ]);
  expect(told(alerting, end + day)).toEqual([]);
  expect(told(alerting, end + 2 * day, end + 90 * day)).toEqual([]);
  expect(told(alerting, end + 80 * day, end + 90 * day)).toHaveLength(1);
});

test('what was told is not told again after a restart', () => {
  const rules = rulesWith({ me: ['phone'] });
  const before = createAlerting(rules);
  expect(told(before, end - 10 * day)).toHaveLength(1);
  const rows = new Map<string, Row>();
  for (const row of before.changes()) rows.set(`${row.scope} ${row.key}`, row);
  const after = createAlerting(rules);
  after.restore([...rows.values()]);
  expect(told(after, end - 9 * day)).toEqual([]);
});

test.each([
  ['another channel of the same receiver', { me: ['mail', 'phone'] }, ['me by phone']],
  ['those whom another channel reaches', { me: ['mail'], team: ['phone', 'mail'] }, ['team by phone']],
  ['the channel itself where there is no other', { me: ['mail'] }, ['me by mail']],
])('it is told by %s', (_, receivers, ways) => {
  const alerting = createAlerting(rulesWith(receivers));
  const made = attempts(alerting.step(expiresAt(end - 5 * day)));
  expect(made.map(({ receiver, channel }) => `${receiver} by ${channel}`)).toEqual(ways);
});

test('a channel that does not work is no other way', () => {
  const alerting = createAlerting(rulesWith({ me: ['mail'], her: ['phone'] }));
  const begin = end - 6 * day;
  const [attempt] = attempts(
    alerting.step({ type: 'send', now: instant(begin), seq: 1, to: ['her'], text: 'x', severity: 'info' }),
  );
  if (attempt === undefined) throw new Error('no attempt');
  alerting.step(settledAt(begin, attempt, retry('auth')));
  const made = attempts(alerting.step(expiresAt(begin + 1)));
  expect(made.map(({ channel }) => channel)).toEqual(['mail']);
});

const drillAt = (now: number): AlertingInput => ({
  type: 'send',
  now: instant(now),
  seq: 1,
  to: ['me'],
  text: 'a test',
  severity: 'warning',
  isDrill: true,
});

const sayings = (outputs: readonly AlertingOutput[]): readonly string[] =>
  outputs.flatMap((output) =>
    output.type === 'alert' && output.alert.rule === 'sentinel/drill-failed' ? [output.alert.last.line] : [],
  );

test('a drill that a channel refuses is told by others', () => {
  const alerting = createAlerting(rulesWith({ me: ['mail'], team: ['phone'] }));
  const [attempt] = attempts(alerting.step(drillAt(minute)));
  if (attempt === undefined) throw new Error('no attempt');
  const outputs = alerting.step(settledAt(minute, attempt, failed));
  expect(sayings(outputs)[0]).toMatch(/^the drill for me did not get through by channel mail: rejected/);
  expect(attempts(outputs).map(({ receiver, channel }) => `${receiver} by ${channel}`)).toEqual([
    'team by phone',
  ]);
});

test('a drill that is tried in vain is told at the third attempt, once', () => {
  const alerting = createAlerting(rulesWith({ me: ['mail'], team: ['phone'] }));
  let outputs = alerting.step(drillAt(minute));
  const all: string[] = [];
  let count = 0;
  for (let now = minute; count < 6; now += minute) {
    const [attempt] = attempts(outputs).filter(({ channel }) => channel === 'mail');
    if (attempt !== undefined) {
      count += 1;
      const settled = alerting.step(settledAt(now, attempt, retry()));
      if (sayings(settled).length > 0) all.push(`attempt ${count}`);
    }
    outputs = alerting.step({ type: 'tick', now: instant(now + minute) });
  }
  expect(all).toEqual(['attempt 3']);
});
