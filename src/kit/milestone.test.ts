import { expect, test } from 'vitest';
import { isMilestone } from './milestone.ts';

test('powers of ten, and nothing else', () => {
  const counts = Array.from({ length: 12_000 }, (_, count) => count);
  expect(counts.filter(isMilestone)).toEqual([1, 10, 100, 1000, 10_000]);
});
