import { describe, expect, test } from 'vitest';
import { createAlerting } from '../../src/alerting/alerting.ts';
import type { AlertingRules } from '../../src/alerting/contract.ts';
import { mutedIn } from '../../src/alerting/counters.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Severity } from '../../src/model/program.ts';
import { millis } from '../../src/model/time.ts';
import { size } from '../size.ts';
import { channelOf, minute, raiseAt, rulesOf, settledAt, tickAt } from './alerting-samples.ts';

const hour = 60 * minute;
const day = 24 * hour;

const raises = size('FLOOD_RAISES', 100_000, 1_000_000);
const rulesCount = 50;
const keysCount = 10_000;

/** X's own limits for direct messages, and a summary each morning. */
const rules: AlertingRules = (() => {
  const budgets = [
    { window: millis(15 * minute), limit: 15, reserve: 3 },
    { window: millis(day), limit: 1440 },
  ];
  const plain = rulesOf({
    channels: [channelOf('phone', { budgets }), channelOf('mail')],
    receivers: { admin: ['phone'], team: ['mail'] },
    maxWaiting: 1000,
  });
  return {
    ...plain,
    receivers: plain.receivers.map((one) => ({ ...one, digest: { at: 7 * hour, zone: 'UTC' } })),
    storm: { above: 30, within: millis(minute), first: 3 },
    maxOpen: 5000,
  };
})();

/** A tenth of them of rules with `quiet`, the others each an alert of its own. */
const raiseOf = (n: number) => {
  const rule = n % rulesCount;
  const severity: Severity = rule === 7 ? 'critical' : 'warning';
  const quiet = rule % 10 === 0 ? { quiet: hour } : {};
  const at = 10 * hour + Math.floor((n * minute) / raises);
  return raiseAt(at, { rule: `rule-${rule}`, key: [`key-${n % keysCount}`], severity, seq: n, ...quiet });
};

describe(`${raises} raises of fifty rules and ten thousand keys in a minute`, () => {
  const alerting = createAlerting(rules);
  const digests: Notification[] = [];
  const sent: { readonly at: number; readonly notification: Notification }[] = [];
  const rows = new Map<string, number>();
  let mostRows = 0;
  let largestMessage = 0;
  let underWay: { readonly at: number; readonly notification: Notification }[] = [];

  const step = (input: ReturnType<typeof tickAt>): void => {
    for (const output of alerting.step(input)) {
      if (output.type === 'notification')
        largestMessage = Math.max(largestMessage, JSON.stringify(output.notification).length);
      if (output.type === 'attempt') underWay.push({ at: input.now, notification: output.notification });
    }
  };
  const settleAll = (at: number): void => {
    while (underWay.length > 0) {
      const going = underWay;
      underWay = [];
      for (const one of going) {
        sent.push(one);
        if (one.notification.digest !== undefined) digests.push(one.notification);
        step(settledAt(at, one.notification));
      }
    }
  };
  const commit = (): void => {
    for (const { scope, key, value } of alerting.changes()) {
      if (value === undefined) rows.delete(`${scope} ${key}`);
      else rows.set(`${scope} ${key}`, JSON.stringify(value).length);
    }
    mostRows = Math.max(mostRows, rows.size);
  };

  test('are taken, with what the shell does between', { timeout: 300_000 }, () => {
    step(tickAt(8 * hour));
    for (let n = 0; n < raises; n += 1) {
      const input = raiseOf(n);
      step(input);
      if (n % 500 !== 0) continue;
      settleAll(input.now);
      commit();
    }
    for (let at = 10 * hour + minute; at < 3 * day;) {
      settleAll(at);
      commit();
      const wake = alerting.nextWake();
      if (wake === undefined) break;
      at = Math.max(at, wake);
      if (at < 3 * day) step(tickAt(at));
    }
  });

  test('lead to no more messages than the budget leaves', () => {
    const phone = sent.filter(({ notification }) => notification.channel === 'phone');
    for (const { at } of phone) {
      const inside = phone.filter((one) => one.at > at - 15 * minute && one.at <= at).length;
      expect(inside).toBeLessThanOrEqual(15);
    }
    expect(phone.length).toBeGreaterThan(3);
    expect(phone.length).toBeLessThan(40);
  });

  test('are all counted: the sums of the digests add up exactly', () => {
    for (const receiver of ['admin', 'team']) {
      const counted = alerting.counters().filter((one) => one.receiver === receiver);
      const mine = digests.filter((one) => one.receiver === receiver);
      const own = counted.filter(({ rule }) => !rule.startsWith('sentinel/'));
      expect(own.reduce((sum, { raised }) => sum + raised, 0)).toBe(raises);
      expect(own).toHaveLength(rulesCount);
      for (const { raised } of own) expect(raised).toBe(raises / rulesCount);
      let all = 0;
      for (const { digest } of mine) {
        if (digest === undefined) continue;
        const { raised, waited, delivered, joined, muted, held, pending, undelivered } = digest;
        const mutes = Object.values(muted).reduce((sum, count) => sum + count, 0);
        expect(raised + waited).toBe(delivered + joined + mutes + held + pending + undelivered);
        all += raised;
      }
      expect(all).toBe(counted.reduce((sum, { raised }) => sum + raised, 0));
      for (const one of counted) {
        expect(one.pending + one.held + one.undelivered).toBe(0);
        expect(one.raised).toBe(one.delivered + one.joined + mutedIn(one));
      }
    }
    expect(alerting.breaches()).toEqual([]);
  });

  test('messages of many tell of them all, each raise once', () => {
    for (const receiver of ['admin', 'team']) {
      const mine = sent.filter(({ notification }) => notification.receiver === receiver);
      const joined = mine.flatMap(({ notification: { summary } }) => summary ?? []);
      const told = mine
        .filter(({ notification: { reason } }) => reason === 'joined')
        .map(({ notification: { summary, alerts } }) => summary?.raises ?? alerts.length)
        .reduce((sum, raises) => sum + raises, 0);
      const counted = alerting.counters().filter((one) => one.receiver === receiver);
      expect(told).toBe(counted.reduce((sum, one) => sum + one.joined, 0));
      for (const { kinds, raises } of joined)
        expect(kinds.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(raises);
      expect(joined.at(-1)?.cause).toBe('storm-over');
    }
  });

  test('take bounded memory, and no message grows beyond bounds', () => {
    // Open alerts, what waits, what flaps: limits with names; the rest is a row for each rule and receiver.
    expect(mostRows).toBeLessThan(5000 + 2 * 1000 + 2 * rulesCount + 1440 + 100);
    expect(largestMessage).toBeLessThan(4000);
    commit();
    expect([...rows.keys()].filter((name) => name.startsWith('notification'))).toEqual([]);
  });
});
