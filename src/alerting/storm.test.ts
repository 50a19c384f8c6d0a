import { describe, expect, test } from 'vitest';
import {
  channelOf,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingRules } from './contract.ts';

const rules: AlertingRules = {
  ...rulesOf({ channels: [channelOf('phone')] }),
  storm: { above: 5, within: millis(minute), first: 2 },
};

const sent = (alerting: Alerting, input: Parameters<Alerting['step']>[0]) =>
  notificationsOf(stepAndSend(alerting, input)).filter(({ state }) => state === 'sent');

/** One raise each second; how many were told at once. */
const pour = (alerting: Alerting, from: number, seconds: number, rule = 'r'): number =>
  Array.from({ length: seconds }, (_, n) => from + n * 1000).reduce(
    (sum, at) => sum + sent(alerting, raiseAt(at, { rule, key: [`k${at % 3000}`] })).length,
    0,
  );

describe('a storm', () => {
  test('lets so many through, then joins the rest, but for the first of every kind', () => {
    const alerting = createAlerting(rules);
    expect(pour(alerting, 0, 20)).toBe(5);
    expect(pour(alerting, 20_000, 10, 'other')).toBe(2);
    expect(alerting.counters()).toMatchObject([
      { rule: 'other', raised: 10, delivered: 2, held: 8 },
      { rule: 'r', raised: 20, delivered: 5, held: 15 },
    ]);
    // The first joined one came at 5 s.
    const [joined, ...more] = sent(alerting, tickAt(65_000));
    expect(more).toEqual([]);
    expect(joined).toMatchObject({
      reason: 'joined',
      summary: {
        cause: 'storm',
        raises: 23,
        kinds: [
          ['r', 15],
          ['other', 8],
        ],
        kindCount: 2,
        first: 5000,
        last: 29_000,
      },
    });
  });

  test('tells of what it joins more and more seldom, and at last that it is over', () => {
    const alerting = createAlerting(rules);
    const messages: number[] = [];
    for (let at = 0; at < 3600_000; at += 1000) {
      const joined = sent(alerting, raiseAt(at)).filter(({ reason }) => reason === 'joined');
      if (joined.length > 0) messages.push(at / 1000);
    }
    expect(messages).toEqual([65, 185, 425, 905, 1805, 2705]);
    const end = 3594_000 + minute;
    expect(sent(alerting, tickAt(end))).toMatchObject([
      { summary: { cause: 'storm', raises: 895 } },
      { summary: { cause: 'storm-over', raises: 0, storm: { since: 0, joined: 3595 } } },
    ]);
    expect(alerting.counters()).toMatchObject([{ raised: 3600, delivered: 5, joined: 3595, held: 0 }]);
    expect(alerting.nextWake()).toBeUndefined();
    expect(sent(alerting, raiseAt(end + minute))).toMatchObject([{ reason: 'first' }]);
  });

  test('that joined all before its end says that it is over all the same', () => {
    const alerting = createAlerting(rules);
    pour(alerting, 0, 6);
    pour(alerting, 50_000, 6);
    expect(sent(alerting, tickAt(65_000))).toMatchObject([{ summary: { cause: 'storm', raises: 7 } }]);
    expect(sent(alerting, tickAt(110_000))).toMatchObject([
      { alerts: [], summary: { cause: 'storm-over', raises: 0, storm: { joined: 7 } } },
    ]);
  });

  test('that joined nothing ends without a word', () => {
    const alerting = createAlerting({ ...rules, storm: { above: 5, within: millis(minute), first: 100 } });
    expect(pour(alerting, 0, 10)).toBe(10);
    expect(sent(alerting, tickAt(10 * minute))).toEqual([]);
  });

  test('does not take what a human writes, and not what few raise', () => {
    const alerting = createAlerting(rules);
    pour(alerting, 0, 30);
    const send = { type: 'send', now: raiseAt(31_000).now, seq: 1, to: ['admin'] } as const;
    expect(sent(alerting, { ...send, text: 'hello', severity: 'info' })).toHaveLength(1);
    const calm = createAlerting(rules);
    for (let n = 0; n < 50; n += 1) expect(sent(calm, raiseAt(n * 13_000))).toHaveLength(1);
  });

  test('goes on after a restart; without the rule it is over', () => {
    const alerting = createAlerting(rules);
    pour(alerting, 0, 20);
    const again = restored(rules, alerting);
    expect(again.nextWake()).toBe(alerting.nextWake());
    expect(sent(again, raiseAt(20_000))).toEqual([]);
    const { storm: _, ...without } = rules;
    const free = restored(without, again);
    expect(sent(free, tickAt(21_000))).toMatchObject([
      { summary: { cause: 'storm-over', raises: 16, storm: { joined: 16 } } },
    ]);
    expect(sent(free, raiseAt(22_000))).toHaveLength(1);
  });
});
