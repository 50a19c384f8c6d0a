import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant, millis } from '../model/time.ts';
import { createBudget, nothingSpent } from './budget.ts';
import { budgetStatus } from './forecast.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = millis(24 * hour);

const every = (gap: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / gap) }, (_, n) => from + (n + 1) * gap);

test('one message a minute spends what is left of the day at a time that can be told', () => {
  const times = every(minute, 9 * hour, 10 * hour);
  const [status] = budgetStatus([{ window: day, limit: 320 }], times, instant(10 * hour));
  expect(status).toMatchObject({ used: 60, endsAt: 14 * hour + 20 * minute });
});

test('a budget that is spent ends now; one that the rate does not reach never', () => {
  const times = every(minute, 9 * hour, 10 * hour);
  const of = (limit: number, window: number) =>
    budgetStatus([{ window: millis(window), limit }], times, instant(10 * hour))[0]?.endsAt;
  expect(of(60, day)).toBe(10 * hour);
  expect(of(62, hour)).toBeUndefined();
  expect(of(1500, day)).toBeUndefined();
  expect(budgetStatus([{ window: day, limit: 2 }], [1], instant(2))[0]?.endsAt).toBeUndefined();
});

test('sending at the rate goes well until then, and not much longer', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 10, max: 400 }),
      fc.constantFrom(hour, 3 * hour, 24 * hour),
      (perHour, limit, window) => {
        const gap = hour / perHour;
        const now = 50 * hour;
        const times = every(gap, 49 * hour, now);
        const rule = { window: millis(window), limit };
        const [status] = budgetStatus([rule], times, instant(now));
        if (times.length >= limit) return;
        // Where the rate and the limit are all but the same, one message more or less decides.
        if (Math.abs(limit - (perHour * window) / hour) <= Math.max(4, (2 * window) / hour)) return;
        const spent = nothingSpent();
        const budget = createBudget([rule], spent);
        for (const at of times) budget.spend(instant(at));
        let at = now;
        while (at < now + window && budget.slots(instant(at)) > 0) {
          at += gap;
          if (budget.slots(instant(at)) > 0) budget.spend(instant(at));
        }
        const reached = budget.slots(instant(at)) === 0 ? at : undefined;
        if (status?.endsAt === undefined)
          expect(reached ?? now + window).toBeGreaterThan(now + window - 3 * gap);
        else
          expect(Math.abs((reached ?? now + window) - status.endsAt)).toBeLessThanOrEqual(
            3 * gap + (2 * (status.endsAt - now)) / perHour,
          );
      },
    ),
    { numRuns: 200 },
  );
});
