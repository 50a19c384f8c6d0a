import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, nextMinute } from './calendar-time.ts';
import type { LocalTime } from './contract.ts';

const some = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 30 });
const time = fc.record({
  minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
  hours: some(0, 23),
  days: some(1, 31),
  lastDay: fc.boolean(),
  months: some(1, 12),
  weekdays: some(0, 6),
  years: fc.constant([24, 25]),
});

/** New York in 2024 and 2025: the clock goes forward on March 10th and back on November 3rd. */
function localTime(second: number): LocalTime {
  const summer = second >= 1_710_054_000 && second < 1_730_613_600;
  const offset = summer ? -240 : -300;
  const date = new Date((second + offset * 60) * 1000);
  return {
    second: date.getUTCSeconds(),
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    weekday: date.getUTCDay(),
    zone: summer ? 'EDT' : 'EST',
    offset,
  };
}

describe('the time of a Calendar rule', () => {
  it('comes next when one finds it minute by minute, also where clocks are changed', () => {
    const start = fc.oneof(
      fc.integer({ min: 28_401_120, max: 28_900_000 }),
      fc.integer({ min: 28_500_900 - 3000, max: 28_500_900 + 1500 }),
      fc.integer({ min: 28_843_560 - 3000, max: 28_843_560 + 1500 }),
    );
    fc.assert(
      fc.property(time, start, (chosen, from) => {
        const next = nextMinute(chosen, from, localTime);
        expect(next).toBeGreaterThanOrEqual(from);
        let found = from;
        while (found < next && !fits(chosen, found * 60, localTime)) found += 1;
        expect(found).toBe(next);
      }),
      { numRuns: 60 },
    );
  });

  it('knows the last day of a month', () => {
    const last = {
      minutes: [0],
      hours: [0],
      days: [],
      lastDay: true,
      months: [2],
      weekdays: [0, 1, 2, 3, 4, 5, 6],
      years: [24],
    };
    expect(fits(last, Date.UTC(2024, 1, 29, 5) / 1000, localTime)).toBe(true);
    expect(fits(last, Date.UTC(2024, 1, 28, 5) / 1000, localTime)).toBe(false);
  });
});
