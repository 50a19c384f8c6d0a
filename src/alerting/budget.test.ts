import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, millis } from '../model/time.ts';
import { createBudget, nothingSpent, type Budget } from './budget.ts';

const budgetOf = (budgets: Parameters<typeof createBudget>[0]): Budget =>
  createBudget(budgets, nothingSpent());

const windows = [
  { window: millis(1000), limit: 2 },
  { window: millis(5000), limit: 4 },
];

test('what is reserved is left for what is critical', () => {
  const budget = budgetOf([{ window: millis(1000), limit: 5, reserve: 2 }]);
  const at = (now: number) => [budget.slots(instant(now), false), budget.slots(instant(now), true)];
  expect(at(0)).toEqual([3, 5]);
  for (let n = 0; n < 3; n += 1) budget.spend(instant(n));
  expect(at(3)).toEqual([0, 2]);
  expect(budget.freeAt(instant(3), false)).toBe(1001);
  expect(budget.freeAt(instant(3), true)).toBeUndefined();
  for (let n = 3; n < 5; n += 1) budget.spend(instant(n));
  expect(at(5)).toEqual([0, 0]);
  expect(budget.freeAt(instant(5), true)).toBe(1001);
  // Three of five must be gone before another may go that is not critical.
  expect(budget.freeAt(instant(5), false)).toBe(1003);
  expect(budgetOf([{ window: millis(1000), limit: 2, reserve: 2 }]).slots(instant(0), false)).toBe(1);
});

test('spending whenever there is a slot never fills a window above its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1200), { maxLength: 100 }), (gaps) => {
      const all = nothingSpent();
      const budget = createBudget(windows, all);
      const spent: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const free = budget.freeAt(instant(now));
        expect(free === undefined).toBe(budget.slots(instant(now)) > 0);
        if (free !== undefined) {
          expect(free).toBeGreaterThan(now);
          expect(budget.slots(instant(free - 1))).toBe(0);
          expect(budget.slots(instant(free))).toBeGreaterThan(0);
          continue;
        }
        budget.spend(instant(now));
        spent.push(now);
      }
      for (const { window, limit } of windows) {
        for (const start of spent) {
          expect(spent.filter((at) => at >= start && at <= start + window).length).toBeLessThanOrEqual(limit);
        }
      }
      expect(all.times).toEqual(spent);
    }),
  );
});

test('without limits there is always room, and no more is remembered than a limit could ask for', () => {
  const spent = nothingSpent();
  const budget = createBudget([], spent);
  for (let now = 0; now < 12_000; now += 1) budget.spend(instant(now));
  expect(budget.slots(instant(12_000))).toBe(Number.POSITIVE_INFINITY);
  expect(spent.times.length).toBeLessThanOrEqual(10_001);
  expect(createBudget([{ window: millis(20_000), limit: 10_000 }], spent).slots(instant(12_000))).toBe(0);
  budget.spend(instant(12_000 + 32 * 86_400_000));
  expect(spent.times).toHaveLength(1);
});

test('a budget that comes later counts what was sent before, however long its window', () => {
  const day = 86_400_000;
  fc.assert(
    fc.property(
      fc.array(fc.nat(3 * day), { maxLength: 60 }),
      fc.integer({ min: 1, max: 31 * day }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 31 * day }),
      fc.integer({ min: 1, max: 30 }),
      (gaps, window, limit, later, laterLimit) => {
        const spent = nothingSpent();
        const before = createBudget([{ window: millis(window), limit }], spent);
        const all: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (before.slots(instant(now)) === 0) continue;
          before.spend(instant(now));
          all.push(now);
        }
        const after = createBudget([{ window: millis(later), limit: laterLimit }], spent);
        const used = all.filter((at) => at >= now - later).length;
        expect(after.slots(instant(now))).toBe(Math.max(0, laterLimit - used));
      },
    ),
  );
});

test('a limit of none never frees', () => {
  expect(budgetOf([{ window: millis(1000), limit: 0 }]).freeAt(instant(5))).toBe(Number.POSITIVE_INFINITY);
});

describe('what a service reports', () => {
  const report = { window: millis(1000), limit: 2, remaining: 1, resetAt: instant(900) };

  test('lowers ours and falls with each attempt, until it resets', () => {
    const budget = budgetOf([{ window: millis(1000), limit: 10 }]);
    budget.learn(report, instant(100), 0);
    expect(budget.slots(instant(100))).toBe(1);
    budget.spend(instant(200));
    expect(budget.slots(instant(200))).toBe(0);
    expect(budget.freeAt(instant(200))).toBe(900);
    expect(budget.slots(instant(900))).toBe(9);
  });

  test('never raises ours', () => {
    const budget = budgetOf([{ window: millis(1000), limit: 1 }]);
    budget.learn({ ...report, remaining: 100 }, instant(0), 0);
    expect(budget.slots(instant(0))).toBe(1);
  });

  test('is counted less what is under way, and not believed beyond its own window', () => {
    const budget = budgetOf([]);
    budget.learn({ ...report, remaining: 3, resetAt: instant(1e12) }, instant(0), 2);
    expect(budget.slots(instant(0))).toBe(1);
    expect(budget.slots(instant(1000))).toBe(Number.POSITIVE_INFINITY);
  });
});
