import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAlerting } from '../../src/alerting/alerting.ts';
import type { AlertingInput, AlertingOutput, AlertingRules } from '../../src/alerting/contract.ts';
import { mutedIn } from '../../src/alerting/counters.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Severity } from '../../src/model/program.ts';
import { millis } from '../../src/model/time.ts';
import { restored } from './alerting-play.ts';
import {
  channelOf,
  minute,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
} from './alerting-samples.ts';

const weeks = process.env['FULL'] === '1' ? 1000 : 25;

const hour = 60 * minute;
const day = 24 * hour;
const zone = 'Europe/Berlin';

const budgets = [
  { window: millis(15 * minute), limit: 15, reserve: 3 },
  { window: millis(day), limit: 200, reserve: 20 },
];

/** X's budget, quiet hours that hold all but what is critical, a digest each morning. */
const rules: AlertingRules = (() => {
  const plain = rulesOf({
    channels: [channelOf('phone', { budgets }), channelOf('mail')],
    receivers: { admin: ['phone'], team: ['mail'] },
    giveUpAfter: 3 * day,
    maxWaiting: 1000,
  });
  const hold: readonly Severity[] = ['info', 'warning'];
  const quietHours = { name: 'night', from: 22 * hour, to: 7 * hour, zone, hold, exempt: [] };
  return {
    ...plain,
    receivers: plain.receivers.map((one) => ({ ...one, quietHours, digest: { at: 8 * hour, zone } })),
  };
})();

/** The weeks in which clocks are put forward and back, and one in which they are not. */
const monday = fc.constantFrom('2026-03-23', '2026-10-19', '2026-06-01').map((text) => Date.parse(text));

/** Bursts: when in the week, how many raises a minute for how long, and how the world is. */
const burst = fc.record({
  at: fc.nat(7 * day),
  raises: fc.integer({ min: 1, max: 60 }),
  every: fc.constantFrom(1000, 10_000, minute),
  severity: fc.constantFrom<Severity>('info', 'warning', 'critical'),
});
const outage = fc.record({ at: fc.nat(7 * day), length: fc.integer({ min: minute, max: 6 * hour }) });
const jump = fc.record({ at: fc.nat(7 * day), by: fc.constantFrom(-hour, hour, -10_000, 10_000) });

const hourIn = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
const isNight = (at: number): boolean => {
  const now = Number(hourIn.format(at));
  return now >= 22 || now < 7;
};

interface Sent {
  readonly at: number;
  readonly notification: Notification;
}

/** Plays a week by a clock of its own, restoring the machine from its rows each day. */
function play(
  from: number,
  bursts: readonly { at: number; raises: number; every: number; severity: Severity }[],
  outages: readonly { at: number; length: number }[],
  jumps: readonly { at: number; by: number }[],
) {
  let alerting = createAlerting(rules);
  const sent: Sent[] = [];
  let pending: Notification[] = [];
  const events = bursts
    .flatMap(({ at, raises, every, severity }, burstNumber) =>
      Array.from({ length: raises }, (_, n) => ({
        at: from + at + n * every,
        severity,
        key: `${burstNumber}-${n}`,
      })),
    )
    .toSorted((a, b) => a.at - b.at);
  const isOut = (at: number): boolean =>
    outages.some((one) => at >= from + one.at && at < from + one.at + one.length);
  /** A wall that is set: alerting's own clock never goes back, as the shell's does not. */
  const wall = (at: number): number =>
    at + jumps.reduce((sum, one) => (at >= from + one.at ? sum + one.by : sum), 0);

  const step = (input: AlertingInput): void => {
    const outputs: readonly AlertingOutput[] = alerting.step(input);
    for (const output of outputs) if (output.type === 'attempt') pending.push(output.notification);
  };
  const settleAll = (now: number): void => {
    while (pending.length > 0) {
      const going = pending;
      pending = [];
      for (const notification of going) {
        const out = isOut(now);
        sent.push({ at: now, notification });
        step(settledAt(now, notification, out ? retry() : { type: 'sent' }));
      }
    }
  };
  let clock = wall(from);
  const advance = (to: number): void => {
    for (let wake = alerting.nextWake(); wake !== undefined && wake <= to; wake = alerting.nextWake()) {
      clock = Math.max(clock, wake);
      step(tickAt(clock));
      settleAll(clock);
    }
    clock = Math.max(clock, to);
  };
  step(startedAt(clock));
  let nextDay = from + day;
  for (const event of events) {
    if (event.at >= nextDay) {
      alerting = restored(rules, alerting);
      step(startedAt(clock));
      nextDay += day;
    }
    advance(wall(event.at));
    step(raiseAt(clock, { rule: 'r', key: [event.key], severity: event.severity }));
    settleAll(clock);
  }
  // Long enough for what waited at the end: quiet hours, budgets and pauses.
  advance(wall(from + 12 * day));
  return { alerting, sent, raised: events.length };
}

test(`a virtual week of budgets, quiet hours, outages and clocks that are set (${weeks} weeks)`, () => {
  let messages = 0;
  let raises = 0;
  fc.assert(
    fc.property(
      monday,
      fc.array(burst, { minLength: 1, maxLength: 25 }),
      fc.array(outage, { maxLength: 3 }),
      fc.array(jump, { maxLength: 2 }),
      (from, bursts, outages, jumps) => {
        const { alerting, sent, raised } = play(from, bursts, outages, jumps);
        messages += sent.length;
        raises += raised;
        const phone = sent.filter(({ notification }) => notification.channel === 'phone');
        for (const { window, limit } of budgets) {
          phone.forEach(({ at }, index) => {
            const after = phone[index + limit];
            expect(after === undefined || after.at - at >= window, `more than ${limit} in ${window} ms`).toBe(
              true,
            );
          });
        }
        for (const { at, notification } of sent) {
          const { severity, digest } = notification;
          if (severity !== 'critical' && digest === undefined)
            expect(isNight(at), new Date(at).toISOString()).toBe(false);
        }
        expect(alerting.breaches()).toEqual([]);
        for (const counted of alerting.counters()) {
          const { delivered, joined, held, pending, undelivered } = counted;
          expect(counted.raised).toBe(delivered + joined + mutedIn(counted) + held + pending + undelivered);
          expect({ held, pending, undelivered }).toEqual({ held: 0, pending: 0, undelivered: 0 });
        }
        const counted = alerting.counters().filter(({ receiver }) => receiver === 'admin');
        expect(counted.reduce((sum, one) => sum + one.raised, 0)).toBe(raised);
      },
    ),
    { numRuns: weeks },
  );
  console.log(`${weeks} weeks, ${raises} raises, ${messages} messages`);
}, 3_600_000);
