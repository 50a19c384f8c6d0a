import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import { instant } from '../model/time.ts';
import type { QuietHours } from './contract.ts';
import { nextDaily, quietUntil } from './daily.ts';

const hour = 3_600_000;
const at = (text: string) => instant(Temporal.Instant.from(text).epochMilliseconds);
const text = (time: number | undefined) =>
  time === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(time).toString();

const nights = (more: Partial<QuietHours> = {}): QuietHours => ({
  name: 'nights',
  from: 22 * hour,
  to: 7 * hour,
  zone: 'Europe/Paris',
  hold: ['info', 'warning'],
  exempt: [],
  ...more,
});

const instants = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2040) }).map(instant);
const zones = fc.constantFrom(
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
);
const times = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((minutes) => minutes * 60_000);

describe('a time of day', () => {
  test('comes in the zone, also when clocks change', () => {
    const seven = { at: 7 * hour, zone: 'Europe/Paris' };
    expect(text(nextDaily(seven, at('2026-11-20T10:00:00Z')))).toBe('2026-11-21T06:00:00Z');
    expect(text(nextDaily(seven, at('2026-11-21T06:00:00Z')))).toBe('2026-11-22T06:00:00Z');
    expect(text(nextDaily(seven, at('2026-11-21T05:59:59Z')))).toBe('2026-11-21T06:00:00Z');
    expect(text(nextDaily(seven, at('2027-03-27T10:00:00Z')))).toBe('2027-03-28T05:00:00Z');
    // Skipped in spring: read by the clock that had not been put forward.
    const skipped = { at: 2.5 * hour, zone: 'Europe/Paris' };
    expect(text(nextDaily(skipped, at('2027-03-27T10:00:00Z')))).toBe('2027-03-28T01:30:00Z');
    // Twice in autumn: the first, and not the second too.
    expect(text(nextDaily(skipped, at('2026-10-24T10:00:00Z')))).toBe('2026-10-25T00:30:00Z');
    expect(text(nextDaily(skipped, at('2026-10-25T00:30:00Z')))).toBe('2026-10-26T01:30:00Z');
  });

  test('always comes later, within a day and an hour, and steps from day to day miss none', () => {
    fc.assert(
      fc.property(instants, zones, times, (now, zone, time) => {
        const next = nextDaily({ at: time, zone }, now);
        expect(next).toBeGreaterThan(now);
        expect(next - now).toBeLessThanOrEqual(25 * hour);
        const after = nextDaily({ at: time, zone }, next);
        expect(after - next).toBeGreaterThanOrEqual(22 * hour);
        expect(after - next).toBeLessThanOrEqual(26 * hour);
      }),
      { numRuns: 300 },
    );
  });
});

describe('quiet hours', () => {
  test('pass midnight, with their first moment and without their last', () => {
    const until = (time: string) => text(quietUntil(nights(), at(time)));
    expect(until('2026-11-20T20:59:59Z')).toBeUndefined();
    expect(until('2026-11-20T21:00:00Z')).toBe('2026-11-21T06:00:00Z');
    expect(until('2026-11-21T05:59:59Z')).toBe('2026-11-21T06:00:00Z');
    expect(until('2026-11-21T06:00:00Z')).toBeUndefined();
    // The night in which clocks go back is an hour longer.
    expect(until('2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00Z');
  });

  test('lie within a day too', () => {
    const lunch = nights({ from: 12 * hour, to: 13 * hour });
    expect(text(quietUntil(lunch, at('2026-11-20T11:30:00Z')))).toBe('2026-11-20T12:00:00Z');
    expect(quietUntil(lunch, at('2026-11-20T12:00:00Z'))).toBeUndefined();
  });

  test('end later than now, and are over then', () => {
    fc.assert(
      fc.property(instants, zones, times, times, (now, zone, from, to) => {
        const hours = nights({ zone, from, to });
        const until = quietUntil(hours, now);
        if (until === undefined) return;
        expect(until).toBeGreaterThan(now);
        // Clocks that change in between may leave no time between two of them.
        if (Math.abs(from - to) > 2 * hour && Math.abs(from - to) < 22 * hour)
          expect(quietUntil(hours, until)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
