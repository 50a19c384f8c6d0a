import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('a second, doubling to five minutes, less up to a quarter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.string(), (failures, seed) => {
      const full = Math.min(300_000, 1000 * 2 ** (failures - 1));
      expect(backoff(failures, seed)).toBeLessThanOrEqual(full);
      expect(backoff(failures, seed)).toBeGreaterThanOrEqual(full * 0.75);
      expect(backoff(failures, seed)).toBe(backoff(failures, seed));
    }),
  );
});

test('spreads those who failed together', () => {
  const waits = Array.from({ length: 100 }, (_, index) => backoff(5, `notification ${index}`));
  expect(new Set(waits).size).toBeGreaterThan(50);
});
