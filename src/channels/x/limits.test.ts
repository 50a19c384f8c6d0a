import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';
import { limitReports, waitAfterLimit } from './limits.ts';

const now = instant(1_900_000_000_000);
const minute = 60_000;
const day = 24 * 60 * minute;
const families = { quarter: 'x-rate-limit', app: 'x-app-limit-24hour', user: 'x-user-limit-24hour' } as const;
const answer = (headers: HttpAnswer['headers']): HttpAnswer => ({
  type: 'answer',
  status: 429,
  headers,
  body: '',
  bodyState: 'whole',
});
/** The three headers of a family; `wait` until the reset, in milliseconds. */
const family = (
  name: keyof typeof families,
  limit: number,
  remaining: number,
  wait: number,
): HttpAnswer['headers'] => ({
  [`${families[name]}-limit`]: String(limit),
  [`${families[name]}-remaining`]: String(remaining),
  [`${families[name]}-reset`]: String((now + wait) / 1000),
});
const wait = (...headers: HttpAnswer['headers'][]): number =>
  waitAfterLimit(answer(Object.assign({}, ...headers)), now);

describe('waitAfterLimit', () => {
  it('waits for the reset of the family that is used up', () => {
    expect(wait(family('quarter', 15, 0, 5 * minute), family('user', 25, 3, 600 * minute))).toBe(5 * minute);
    expect(
      wait(family('quarter', 1_200_000, 1_199_999, 5 * minute), family('user', 25, 0, 600 * minute)),
    ).toBe(600 * minute);
  });

  it('waits for the latest reset when several are used up', () => {
    expect(wait(family('quarter', 15, 0, 5 * minute), family('app', 1440, 0, 90 * minute))).toBe(90 * minute);
  });

  it('waits for the latest reset of all when none says it is used up', () => {
    expect(wait(family('quarter', 15, 7, 5 * minute), family('user', 25, 3, 60 * minute))).toBe(60 * minute);
  });

  it('waits a quarter of an hour, or as told, when no family is there', () => {
    expect(wait()).toBe(15 * minute);
    expect(wait({ 'retry-after': '7' })).toBe(7000);
  });

  it('does not believe in resets more than a day and five minutes away, nor in long past ones', () => {
    expect(wait(family('quarter', 15, 0, day + 6 * minute))).toBe(15 * minute);
    expect(wait(family('quarter', 15, 0, day + 4 * minute))).toBe(day + 4 * minute);
    expect(wait(family('quarter', 15, 0, -3 * minute))).toBe(15 * minute);
    expect(wait(family('quarter', 15, 0, day * 9), family('user', 25, 0, 2 * minute))).toBe(2 * minute);
  });

  it('measures by the server’s clock when it is told', () => {
    const date = new Date(now - 10 * minute).toUTCString();
    expect(wait(family('quarter', 15, 0, 0), { date })).toBe(10 * minute);
  });

  it('is between a second and a day and five minutes whatever the headers hold', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constant(String(now / 1000 + 60)));
    const headers = fc.record(
      Object.fromEntries(
        Object.values(families).flatMap((name) =>
          ['limit', 'remaining', 'reset'].map((end) => [`${name}-${end}`, value]),
        ),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, (headers) => {
        const result = wait(headers as HttpAnswer['headers']);
        expect(result).toBeGreaterThanOrEqual(1000);
        expect(result).toBeLessThanOrEqual(day + 5 * minute);
      }),
    );
  });
});

describe('limitReports', () => {
  it('reports each family that is whole, in our own clock', () => {
    const reports = limitReports(
      answer({
        ...family('quarter', 15, 14, 10 * minute),
        ...family('user', 1440, 1000, 600 * minute),
        [`${families.app}-limit`]: '5',
        date: new Date(now - minute).toUTCString(),
      }),
      now,
    );
    expect(reports).toEqual([
      { window: 15 * minute, limit: 15, remaining: 14, resetAt: now + 11 * minute },
      { window: day, limit: 1440, remaining: 1000, resetAt: now + 601 * minute },
    ]);
  });
});
