import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertingRules } from '../../src/alerting/contract.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import type { Severity } from '../../src/model/program.ts';
import { millis } from '../../src/model/time.ts';
import { budget, channelOf, failed, minute, raiseAt, retry, rulesOf, unknown } from './alerting-samples.ts';
import { size } from '../size.ts';
import { createWorld, type World } from './alerting-world.ts';

const hour = 60 * minute;
/** Outages that each of these laws is tried on, by channel. */
const outageCount = size('OUTAGES', 60, 3000);
const runs = { numRuns: outageCount };
/** For machines that are twenty times slower. */
const timeout = 60_000 + outageCount * 1_000;

/** A chain of two, so that what one cannot do goes to the other, and a receiver with each alone. */
const rules: AlertingRules = rulesOf({
  channels: [channelOf('phone', { budgets: budget(40, 15 * minute) }), channelOf('mail')],
  receivers: { admin: ['phone', 'mail'], oncall: ['phone'], team: ['mail'] },
});

const raises = fc.array(
  fc.record({
    ahead: fc.oneof(fc.constant(0), fc.nat(3 * minute)),
    severity: fc.constantFrom<Severity[]>('info', 'warning', 'critical'),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Ways to be down: nothing was done, a human is needed, or nobody knows. */
const outages = fc.constantFrom<Delivery[]>(
  retry(),
  retry('timeout'),
  retry('rateLimited', 90_000),
  retry('auth'),
  retry('outOfCredit'),
);

const begin = 1_000_000;

/** The channel is down from the beginning for an hour; all is raised meanwhile. */
function live(
  down: string,
  outage: Delivery,
  all: Iterable<{ ahead: number; severity: Severity }>,
  by: AlertingRules = rules,
) {
  const world = createWorld([by]);
  const order = new Map<string, number>();
  const delivered: { readonly at: number; readonly notification: Notification }[] = [];
  const answer = (notification: Notification, now: number): Delivery => {
    if (notification.channel === down && now < begin + hour) return outage;
    delivered.push({ at: now, notification });
    return { type: 'sent' };
  };
  let at = begin;
  let seq = 0;
  for (const { ahead, severity } of all) {
    at = Math.min(begin + hour - 1, at + ahead);
    world.run(at, answer);
    seq += 1;
    for (const output of world.step(raiseAt(at, { key: [String(seq)], severity, seq })))
      if (output.type === 'alert' && output.alert.rule === 'r') order.set(output.alert.id, seq);
  }
  world.run(begin + 5 * hour, answer);
  return { world, delivered, count: seq, order };
}

/** Which alerts each receiver was told of, through whatever messages. */
function heardBy(world: World, delivered: readonly { notification: Notification }[], receiver: string) {
  return delivered
    .filter(
      ({ notification }) =>
        notification.receiver === receiver && notification.part + 1 === partsOf(notification),
    )
    .flatMap(({ notification }) => world.notifications.get(notification.id)?.alerts ?? []);
}

const partsOf = ({ id }: Notification): number => 1 + ((id.codePointAt(0) ?? 0) % 2);

describe.each(['phone', 'mail'])(`%s is down for an hour (${outageCount} outages)`, { timeout }, (down) => {
  test('everything arrives in the end, and nothing twice', () => {
    fc.assert(
      fc.property(outages, raises, (outage, all) => {
        const { world, delivered, count } = live(down, outage, all);
        expect(new Set(world.sentParts).size).toBe(world.sentParts.length);
        for (const receiver of ['admin', 'oncall', 'team']) {
          const heard = heardBy(world, delivered, receiver).filter((id) => isRaised(world, id));
          expect(new Set(heard).size).toBe(heard.length);
          expect(heard.length).toBe(count);
        }
        for (const one of world.alerting().counters()) {
          expect(one.held + one.pending + one.undelivered).toBe(0);
          expect(one.raised).toBe(one.delivered + one.joined);
        }
      }),
      runs,
    );
  });

  test('what is critical comes first when it is up again', () => {
    fc.assert(
      fc.property(raises, (all) => {
        const { delivered } = live(down, retry(), all);
        const alone = down === 'phone' ? 'oncall' : 'team';
        const after = delivered.filter(
          ({ at, notification }) =>
            at >= begin + hour && notification.receiver === alone && notification.part === 0,
        );
        // What was tried when it came up again may have been any.
        const ranks = after
          .slice(1)
          .map(({ notification: { severity } }) => ['critical', 'warning', 'info'].indexOf(severity));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
      runs,
    );
  });

  test('what is of one severity comes in the order in which it was raised', () => {
    fc.assert(
      fc.property(raises, (all) => {
        const { delivered, order } = live(down, retry(), all);
        expect(order.size).toBe(all.length);
        const alone = down === 'phone' ? 'oncall' : 'team';
        const after = delivered
          .map(({ notification }) => notification)
          .filter(({ receiver, part, reason }) => receiver === alone && part === 0 && reason === 'first')
          // What was tried when it came up again may have been any.
          .slice(1);
        for (const severity of ['critical', 'warning', 'info']) {
          const places = after
            .filter((one) => one.severity === severity)
            .map(({ alerts: [alert = ''] }) => order.get(alert) ?? 0);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
      }),
      runs,
    );
  });

  test('what is to be joined is joined, and each raise told in one message', () => {
    const joins: AlertingRules = {
      ...rules,
      routes: [
        {
          when: { fields: {} },
          to: ['admin', 'oncall', 'team'],
          continues: false,
          group: { by: ['rule'], wait: millis(30_000), every: millis(5 * minute) },
        },
      ],
    };
    fc.assert(
      fc.property(outages, raises, (outage, all) => {
        const { world, delivered, count } = live(down, outage, all, joins);
        const own = (receiver: string) =>
          heardBy(world, delivered, receiver).filter((id) => isRaised(world, id));
        for (const receiver of ['admin', 'oncall', 'team']) {
          expect(own(receiver).length).toBe(count);
          expect(new Set(own(receiver)).size).toBe(count);
          const messages = new Set(
            delivered.flatMap(({ notification: { id, receiver: to, alerts } }) =>
              to === receiver && alerts.some((alert) => isRaised(world, alert)) ? [id] : [],
            ),
          );
          // All is raised within an hour, which has room for thirteen messages of a group.
          expect(messages.size).toBeLessThanOrEqual(13);
        }
        for (const one of world.alerting().counters()) {
          expect(one.held + one.pending + one.undelivered).toBe(0);
          expect(one.raised).toBe(one.delivered + one.joined);
        }
      }),
      runs,
    );
  });

  test('an outcome that nobody knows may bring a message twice, and none is lost', () => {
    fc.assert(
      fc.property(raises, (all) => {
        const { world, delivered, count } = live(down, unknown, all);
        for (const receiver of ['admin', 'oncall', 'team']) {
          const heard = new Set(heardBy(world, delivered, receiver));
          const lost = world
            .alerting()
            .counters()
            .filter((one) => one.undelivered > 0);
          expect(lost).toEqual([]);
          expect(heard.size).toBeGreaterThanOrEqual(count);
        }
      }),
      runs,
    );
  });
});

test('both are down, and then refuse: all is in the list of what was not delivered', () => {
  const world = createWorld([rules]);
  world.step(raiseAt(begin));
  world.run(begin + 5 * hour, () => failed);
  const lost = world.alerting().counters();
  expect(lost.map(({ undelivered }) => undelivered)).toEqual([1, 1, 1]);
});

const isRaised = (world: World, id: string): boolean =>
  !world.transcript.some((text) => text.includes(`"id":"${id}","rule":"sentinel/`));
