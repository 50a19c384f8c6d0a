import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mutedIn } from '../../src/alerting/counters.ts';
import { size } from '../size.ts';
import { createWorld, day, fullRules, moves, type Move, type World } from './alerting-world.ts';

/** Lives of up to sixty moves that each law is tried on. */
const lives = size('FC_RUNS', 60, 2000);
const runs = { numRuns: lives };

const variants = fc.array(fullRules, { minLength: 1, maxLength: 3 });

const sumsHold = (world: World): void => {
  for (const counted of world.alerting().counters()) {
    const { raised, delivered, joined, held, pending, undelivered } = counted;
    const parts = [delivered, joined, mutedIn(counted), held, pending, undelivered];
    expect(raised).toBe(parts.reduce((sum, part) => sum + part, 0));
    for (const part of parts) expect(part).toBeGreaterThanOrEqual(0);
  }
  expect(world.alerting().breaches()).toEqual([]);
};

/** What the newest attempts add is within every budget of the rules that hold now. */
const budgetsHold = (world: World, from: number): void => {
  for (const [index, { now, attempt }] of world.attempts.entries()) {
    if (index < from) continue;
    const rules = world.rules().channels;
    const own = rules.find(({ name }) => name === attempt.channel);
    const together = world.attempts.slice(0, index + 1).filter(({ attempt: { channel } }) => {
      const other = rules.find(({ name }) => name === channel);
      return (
        channel === attempt.channel || (own?.budgetKey !== undefined && other?.budgetKey === own.budgetKey)
      );
    });
    for (const { window, limit, reserve = 0 } of own?.budgets ?? []) {
      const inside = together.filter((one) => one.now >= now - window).length;
      const isCritical = attempt.severity === 'critical' && attempt.reason !== 'resolved';
      expect(inside).toBeLessThanOrEqual(isCritical ? limit : Math.max(1, limit - reserve));
    }
  }
};

function playAll(world: World, all: readonly Move[]): void {
  for (const move of all) {
    const attempts = world.attempts.length;
    world.play(move);
    sumsHold(world);
    budgetsHold(world, attempts);
  }
}

describe(
  `whatever is raised, silenced, acknowledged, reloaded and restarted (${lives} lives)`,
  { timeout: 300_000 + lives * 2_000 },
  () => {
    test('both sums hold and no budget is exceeded, at every step', () => {
      fc.assert(
        fc.property(variants, moves, (rules, all) => playAll(createWorld(rules), all)),
        runs,
      );
    });

    test('rows restored at any cut give the same outputs from there on', () => {
      fc.assert(
        fc.property(fullRules, moves, fc.nat(60), (rules, all, cut) => {
          const whole = createWorld([rules]);
          const broken = createWorld([rules]);
          for (const [index, move] of all.entries()) {
            if (index === cut) {
              broken.restore();
              expect(broken.alerting().changes()).toEqual([]);
              expect(broken.alerting().silences()).toEqual(whole.alerting().silences());
            }
            whole.play(move);
            broken.play(move);
            expect(broken.transcript.at(-1)).toBe(whole.transcript.at(-1));
            expect(broken.alerting().nextWake()).toBe(whole.alerting().nextWake());
            expect(broken.alerting().counters()).toEqual(whole.alerting().counters());
          }
        }),
        runs,
      );
    });

    test('nothing waits for ever: once channels work all is told, and no part twice', () => {
      fc.assert(
        fc.property(variants, moves, (rules, all) => {
          const world = createWorld(rules);
          for (const move of all) world.play(move);
          world.run(world.now() + 4 * day);
          sumsHold(world);
          for (const { held, pending } of world.alerting().counters()) expect(held + pending).toBe(0);
          expect(new Set(world.sentParts).size).toBe(world.sentParts.length);
          for (const { by, state } of world.notifications.values()) {
            if (state === 'joined' || state === 'passed')
              expect(world.notifications.has(by ?? '')).toBe(true);
          }
          // What is over and settled is forgotten.
          const scopes = [...world.rows.values()].map(({ scope }) => scope);
          const open = scopes.filter((scope) => scope === 'alert').length;
          expect(open).toBeLessThanOrEqual(Math.max(...rules.map(({ maxOpen = 0 }) => maxOpen)));
          expect(scopes).not.toContain('silence');
        }),
        runs,
      );
    });

    test('the sums of digests add up, from each to the next', () => {
      fc.assert(
        fc.property(fullRules, moves, (rules, all) => {
          const world = createWorld([rules]);
          for (const move of all) world.play(move);
          world.run(world.now() + 2 * day);
          const left = new Map<string, number>();
          const raised = new Map<string, number>();
          for (const { digest, receiver, hop } of world.notifications.values()) {
            if (digest === undefined || hop > 0) continue;
            const mutes = Object.values(digest.muted).reduce((sum, count) => sum + count, 0);
            const { delivered, joined, held, pending, undelivered } = digest;
            expect(digest.raised + digest.waited).toBe(
              delivered + joined + mutes + held + pending + undelivered,
            );
            expect(digest.waited).toBe(left.get(receiver) ?? 0);
            left.set(receiver, held + pending);
            raised.set(receiver, (raised.get(receiver) ?? 0) + digest.raised);
            expect(digest.rules.reduce((sum, [, count]) => sum + count, 0)).toBe(digest.raised);
          }
          for (const [receiver, sum] of raised) {
            const counted = world
              .alerting()
              .counters()
              .filter((one) => one.receiver === receiver);
            const all = counted.reduce((total, one) => total + one.raised, 0);
            expect(sum).toBeLessThanOrEqual(all);
          }
        }),
        runs,
      );
    });
  },
);
