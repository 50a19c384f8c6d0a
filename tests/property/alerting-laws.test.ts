import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAlerting, type Alerting } from '../../src/alerting/alerting.ts';
import type { AlertingInput, AlertingOutput, AlertingRules } from '../../src/alerting/contract.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import type { Row } from '../../src/model/machine.ts';
import { instant, millis } from '../../src/model/time.ts';
import {
  attemptsOf,
  budget,
  channelOf,
  clearAt,
  failed,
  minute,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
  unknown,
} from './alerting-samples.ts';
import { size } from '../size.ts';

const rules: fc.Arbitrary<AlertingRules> = fc
  .record({
    limit: fc.integer({ min: 1, max: 4 }),
    window: fc.integer({ min: 1000, max: 20 * minute }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    maxWaiting: fc.integer({ min: 1, max: 6 }),
    nextAfter: fc.integer({ min: 1000, max: 5 * minute }),
    giveUpAfter: fc.integer({ min: 10 * minute, max: 120 * minute }),
    routed: fc.boolean(),
    shared: fc.boolean(),
    maxOpen: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ limit, window, concurrency, routed, shared, ...more }) =>
    rulesOf({
      ...more,
      channels: [
        channelOf('phone', {
          budgets: [...budget(limit, window), ...budget(limit * 3, window * 5)],
          concurrency,
          ...(shared ? { budgetKey: 'account' } : {}),
        }),
        channelOf('mail', { resolved: true, concurrency }),
        channelOf('board', {
          budgets: budget(limit, window),
          resolved: true,
          ...(shared ? { budgetKey: 'account' } : {}),
        }),
      ],
      receivers: { admin: ['phone', 'mail', 'board'], team: ['mail'], wall: ['board', 'phone'] },
      routes: routed
        ? [
            { when: { severity: ['critical'], fields: {} }, to: ['admin', 'wall'], continues: false },
            { when: { rule: ['r*'], fields: {} }, to: ['team', 'wall'], continues: true },
          ]
        : [],
    }),
  );

/** What happens next; `pick` and `parts` say to which attempt under way and of how many parts. */
interface Move {
  readonly ahead: number;
  readonly what: 'raise' | 'clear' | 'settle' | 'tick' | 'restart' | 'send' | 'resolve';
  readonly rule: string;
  readonly key: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly quiet: number | undefined;
  readonly clears: boolean;
  readonly pick: number;
  readonly delivery: Delivery;
}

const deliveries: fc.Arbitrary<Delivery> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<Delivery[]>(
      { type: 'sent', receipt: 'ok' },
      { type: 'sent', receipt: 'ok', reference: 'here' },
      { type: 'sent', receipt: 'ok', reference: 'there' },
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'unavailable',
          'timeout',
          'rateLimited',
          'auth',
          'outOfCredit',
          'recipient',
          'rejected',
        ),
        fc.option(fc.nat(10 * minute), { nil: undefined }),
      )
      .map(([reason, afterMs]) => retry(reason, afterMs)),
  },
  { weight: 1, arbitrary: fc.constant(unknown) },
  { weight: 1, arbitrary: fc.constant(failed) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(5 * minute)).map(([remaining, reset]): Delivery => ({
      type: 'sent',
      limits: [{ window: millis(minute), limit: 5, remaining, resetAt: instant(reset) }],
    })),
  },
);

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    ahead: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.nat(2000) },
      { weight: 2, arbitrary: fc.nat(10 * minute) },
    ),
    what: fc.constantFrom<Move['what'][]>(
      'raise',
      'raise',
      'raise',
      'raise',
      'settle',
      'settle',
      'settle',
      'clear',
      'tick',
      'restart',
      'send',
      'resolve',
    ),
    rule: fc.constantFrom('r1', 'r2', 'other'),
    key: fc.constantFrom('a', 'b', 'c'),
    severity: fc.constantFrom('info', 'warning', 'critical'),
    quiet: fc.constantFrom(undefined, 5000, 10 * minute),
    clears: fc.boolean(),
    pick: fc.nat(20),
    delivery: deliveries,
  }),
  { maxLength: 60 },
);

/** A shell in miniature: commits everything at once, carries attempts out, may die and come back. */
class World {
  readonly rules: AlertingRules;
  alerting: Alerting;
  now = 1_000_000;
  seq = 0;
  readonly rows = new Map<string, Row>();
  readonly notifications = new Map<string, Notification>();
  readonly history: {
    readonly now: number;
    readonly attempt: Notification;
    readonly mayHaveArrived: boolean;
  }[] = [];
  /** Attempts whose outcome has not been told to the machine. */
  underWay: Notification[] = [];
  readonly sentParts: string[] = [];
  readonly restarts: number[] = [];
  readonly transcript: string[] = [];

  constructor(rules: AlertingRules) {
    this.rules = rules;
    this.alerting = createAlerting(rules);
  }

  step(input: AlertingInput): AlertingOutput[] {
    const outputs = this.alerting.step(input);
    this.transcript.push(JSON.stringify(outputs));
    this.commit();
    for (const output of outputs) {
      if (output.type === 'notification') this.notifications.set(output.notification.id, output.notification);
      if (output.type !== 'attempt') continue;
      this.underWay.push(output.notification);
      this.history.push({
        now: this.now,
        attempt: output.notification,
        mayHaveArrived: output.mayHaveArrived,
      });
    }
    return outputs;
  }

  commit(): void {
    for (const row of this.alerting.changes()) {
      const name = JSON.stringify([row.scope, row.key]);
      if (row.value === undefined) this.rows.delete(name);
      else this.rows.set(name, JSON.parse(JSON.stringify(row)) as Row);
    }
  }

  restore(): void {
    this.alerting = createAlerting(this.rules);
    this.alerting.restore([...this.rows].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, row]) => row));
  }

  settle(attempt: Notification, delivery: Delivery, parts: number): void {
    this.underWay = this.underWay.filter((other) => other !== attempt);
    if (delivery.type === 'sent') this.sentParts.push(`${attempt.id} ${attempt.part}`);
    const moved =
      delivery.type === 'sent' && delivery.limits !== undefined
        ? {
            ...delivery,
            limits: delivery.limits.map((report) => ({
              ...report,
              resetAt: instant(report.resetAt + this.now),
            })),
          }
        : delivery;
    this.step(settledAt(this.now, attempt, moved, parts));
  }

  play(move: Move): void {
    this.now += move.ahead;
    const { now } = this;
    this.seq += 1;
    switch (move.what) {
      case 'raise': {
        const { rule, key, severity, quiet, clears } = move;
        const more = quiet === undefined ? {} : { quiet };
        this.step(raiseAt(now, { rule, key: [key], severity, clears, seq: this.seq, ...more }));
        return;
      }
      case 'clear':
        this.step(clearAt(now, move.rule, [move.key]));
        return;
      case 'settle': {
        const attempt = this.underWay[move.pick % Math.max(1, this.underWay.length)];
        if (attempt !== undefined)
          this.settle(attempt, move.delivery, 1 + ((attempt.id.codePointAt(0) ?? 0) % 3));
        return;
      }
      case 'tick':
        this.step(tickAt(now));
        return;
      case 'restart':
        this.underWay = [];
        this.restarts.push(this.history.length);
        this.restore();
        this.step(startedAt(now));
        return;
      case 'send':
        this.step({
          type: 'send',
          now: instant(now),
          seq: this.seq,
          to: ['team'],
          text: 'hello',
          severity: 'info',
        });
        return;
      case 'resolve': {
        const ids = [...this.notifications.values()].flatMap(({ alerts }) => alerts);
        const alert = ids[move.pick % Math.max(1, ids.length)];
        if (alert !== undefined) this.step({ type: 'resolve', now: instant(now), alert, why: 'by hand' });
      }
    }
  }

  /** Time passes and every attempt gets this answer, until nothing wants anything any more. */
  settleAll(answer: Delivery = { type: 'sent' }): void {
    for (let round = 0; round < 5000; round += 1) {
      const [attempt] = this.underWay;
      if (attempt !== undefined) this.settle(attempt, answer, 1 + ((attempt.id.codePointAt(0) ?? 0) % 3));
      else {
        const wake = this.alerting.nextWake();
        if (wake === undefined) return;
        this.now = Math.max(this.now, wake);
        this.step(tickAt(this.now));
      }
    }
    throw new Error('never comes to rest');
  }
}

const playAll = (rules: AlertingRules, all: readonly Move[], each?: (world: World) => void): World => {
  const world = new World(rules);
  for (const move of all) {
    world.play(move);
    each?.(world);
  }
  return world;
};

const sumHolds = (world: World): void => {
  for (const { raised, delivered, joined, muted, held, pending, undelivered } of world.alerting.counters()) {
    const mutes = Object.values(muted).reduce((sum, count) => sum + count, 0);
    expect(raised).toBe(delivered + joined + mutes + held + pending + undelivered);
    for (const count of [delivered, joined, held, pending, undelivered])
      expect(count).toBeGreaterThanOrEqual(0);
  }
};

/** Interleavings that each law is tried on. */
const lives = size('FC_RUNS', 400, 5000);
const runs = { numRuns: lives };
const timeout = 180_000 + lives * 500;

describe(`whatever happens (${lives} interleavings)`, { timeout }, () => {
  test('the same inputs give the same outputs', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        expect(playAll(rules, all).transcript).toEqual(playAll(rules, all).transcript);
      }),
      { numRuns: 100 },
    );
  });

  test('rows restored at any cut give the same outputs from there on', () => {
    fc.assert(
      fc.property(rules, moves, fc.nat(60), (rules, all, cut) => {
        const whole = new World(rules);
        const broken = new World(rules);
        for (const [index, move] of all.entries()) {
          if (index === cut) {
            broken.restore();
            expect(broken.alerting.changes()).toEqual([]);
            expect(broken.alerting.counters()).toEqual(whole.alerting.counters());
          }
          whole.play(move);
          broken.play(move);
          expect(broken.transcript.at(-1)).toBe(whole.transcript.at(-1));
          expect(broken.alerting.nextWake()).toBe(whole.alerting.nextWake());
        }
      }),
      runs,
    );
  });

  test('raised is the sum of the rest after every step', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        playAll(rules, all, sumHolds);
      }),
      runs,
    );
  });

  test('no window ever holds more attempts than its budget, across restarts too', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        const world = playAll(rules, all);
        world.settleAll();
        for (const { name, budgets, concurrency, budgetKey } of rules.channels) {
          const sharing = rules.channels.filter(
            (other) => other.name === name || (budgetKey !== undefined && other.budgetKey === budgetKey),
          );
          const counted = world.history.filter(({ attempt }) =>
            sharing.some((other) => other.name === attempt.channel),
          );
          for (const { window, limit } of budgets) {
            for (const [index, { now, attempt }] of counted.entries()) {
              if (attempt.channel !== name) continue;
              const inside = counted.slice(0, index + 1).filter((one) => one.now > now - window).length;
              expect(inside).toBeLessThanOrEqual(limit);
            }
          }
          expect(world.underWay.filter(({ channel }) => channel === name).length).toBeLessThanOrEqual(
            concurrency,
          );
        }
      }),
      runs,
    );
  });

  test('nothing is lost: everything comes to an end, and memory is empty then', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        const world = playAll(rules, all);
        world.settleAll();
        sumHolds(world);
        for (const notification of world.notifications.values()) {
          expect(['sent', 'joined', 'dead', 'passed']).toContain(notification.state);
          let end: Notification = notification;
          for (let hops = 0; end.by !== undefined; hops += 1) {
            expect(hops).toBeLessThan(200);
            const next = world.notifications.get(end.by);
            if (next === undefined) throw new Error(`${end.id} goes on in nothing`);
            end = next;
          }
          expect(['sent', 'dead']).toContain(end.state);
        }
        expect(world.alerting.counters().map(({ pending }) => pending)).toEqual(
          world.alerting.counters().map(() => 0),
        );
        const scopes = [...world.rows.values()].map(({ scope }) => scope);
        expect(scopes).not.toContain('notification');
      }),
      runs,
    );
  });

  test('where nothing works any more, everything is given up in the end, and said to be undelivered', () => {
    fc.assert(
      fc.property(
        rules,
        moves,
        fc.constantFrom(retry(), retry('recipient'), retry('auth'), unknown, failed),
        (rules, all, answer) => {
          const world = playAll(rules, all);
          const before = world.notifications.size;
          world.settleAll(answer);
          sumHolds(world);
          for (const { pending } of world.alerting.counters()) expect(pending).toBe(0);
          for (const { state } of [...world.notifications.values()].slice(before))
            expect(state).not.toBe('sent');
        },
      ),
      runs,
    );
  });

  test('what is known to be sent is never sent again, and what may be sent again says so', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        const world = playAll(rules, all);
        world.settleAll();
        expect(new Set(world.sentParts).size).toBe(world.sentParts.length);
        // The first attempt at a part cannot have arrived before; one after a restart that cut it off may.
        const tried = new Set<string>();
        for (const { attempt, mayHaveArrived } of world.history) {
          const part = `${attempt.id} ${attempt.part}`;
          if (!tried.has(part)) expect(mayHaveArrived).toBe(false);
          tried.add(part);
        }
      }),
      runs,
    );
  });

  test('parts go in order and an attempt is counted from one', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        const world = playAll(rules, all);
        world.settleAll();
        const place = new Map<string, { part: number; attempt: number }>();
        for (const { attempt } of world.history) {
          const last = place.get(attempt.id) ?? { part: 0, attempt: 0 };
          const isNext = attempt.part === last.part + 1 && attempt.attempt === 1;
          const isRepeat = attempt.part === last.part && attempt.attempt === last.attempt + 1;
          expect(isNext || isRepeat).toBe(true);
          place.set(attempt.id, { part: attempt.part, attempt: attempt.attempt });
        }
      }),
      runs,
    );
  });

  test('a clock that was wrong for however long holds nothing up after a start', () => {
    const day = 24 * 60 * minute;
    fc.assert(
      fc.property(rules, moves, fc.integer({ min: 2 * minute, max: 2000 * day }), (rules, all, ahead) => {
        const world = new World(rules);
        world.now += ahead;
        for (const move of all) world.play(move);
        world.now = Math.max(1_000_000, world.now - ahead);
        world.underWay = [];
        world.restore();
        world.step(startedAt(world.now));
        const started = world.now;
        world.settleAll();
        expect(world.now - started).toBeLessThan(2 * day);
        sumHolds(world);
        for (const { pending } of world.alerting.counters()) expect(pending).toBe(0);
        const rows = [...world.rows.values()].filter(({ scope }) => scope === 'attempt');
        for (const { value } of rows) expect(value).toBeLessThanOrEqual(world.now);
      }),
      runs,
    );
  });

  test('an end is told as an end, and nothing else is', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        const world = playAll(rules, all);
        world.settleAll();
        for (const { reason, by } of world.notifications.values()) {
          if (by === undefined) continue;
          const carrier = world.notifications.get(by);
          expect(carrier?.reason === 'resolved').toBe(reason === 'resolved');
        }
      }),
      runs,
    );
  });

  test('what waits stays within its limit', () => {
    fc.assert(
      fc.property(rules, moves, (rules, all) => {
        playAll(rules, all, (world) => {
          const waiting = [...world.notifications.values()].filter(({ state }) => state === 'pending');
          for (const { name, concurrency } of rules.channels) {
            for (const receiver of rules.receivers) {
              for (const hop of receiver.channels.keys()) {
                const here = waiting.filter(
                  (one) => one.channel === name && one.receiver === receiver.name && one.hop === hop,
                );
                // Parts of begun messages cannot be joined: there are at most as many as attempts at once.
                const begun = here.filter(({ part }) => part > 0).length;
                expect(begun).toBeLessThanOrEqual(concurrency);
                const ends = here.filter(({ part, reason }) => part === 0 && reason === 'resolved').length;
                expect(ends).toBeLessThanOrEqual(Math.max(1, rules.maxWaiting));
                expect(here.length - begun - ends).toBeLessThanOrEqual(Math.max(1, rules.maxWaiting));
              }
            }
          }
        });
      }),
      runs,
    );
  });
});

test('critical first, then in order, when a channel comes free', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('info', 'warning', 'critical'), { minLength: 2, maxLength: 20 }),
      (severities) => {
        const world = new World(rulesOf({ channels: [channelOf('phone')] }));
        const made = severities.map((severity, index) => {
          const outputs = world.step(raiseAt(world.now, { key: [String(index)], severity, seq: index }));
          return outputs.flatMap((output) =>
            output.type === 'notification' ? [output.notification.id] : [],
          )[0];
        });
        world.settleAll();
        const rank = { critical: 0, warning: 1, info: 2 };
        const [first, ...rest] = severities.map((severity, index) => ({ severity, id: made[index] }));
        const expected = [first, ...rest.toSorted((a, b) => rank[a.severity] - rank[b.severity])].map(
          (one) => one?.id,
        );
        expect(world.history.map(({ attempt }) => attempt.id)).toEqual(
          expected.flatMap((id) => partsOf(world, id)),
        );
      },
    ),
  );
});

const partsOf = (world: World, id: string | undefined): (string | undefined)[] =>
  Array.from({ length: world.notifications.get(id ?? '')?.parts ?? 1 }, () => id);

test('an attempt under way is not started twice', () => {
  const world = new World(rulesOf({ channels: [channelOf('phone')] }));
  const [attempt] = attemptsOf(world.step(raiseAt(world.now)));
  expect(attempt).toBeDefined();
  expect(attemptsOf(world.step(tickAt(world.now + 60 * minute)))).toEqual([]);
});
