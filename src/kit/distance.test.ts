import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { closest, distance } from './distance.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['mtach', 'match', 1],
  ['severty', 'severity', 1],
  ['quite', 'quiet', 1],
])('%j to %j takes %d', (a, b, edits) => {
  expect(distance(a, b)).toBe(edits);
});

test('is symmetric, zero only for equals, bounded by the longer text', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b) === 0).toBe(a === b);
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('the closest name is a near one, or the only one that begins so', () => {
  const names = ['match', 'program', 'quiet', 'count', 'severity'];
  expect(closest('mach', names)).toBe('match');
  expect(closest('Count', names)).toBe('count');
  expect(closest('prog', names)).toBe('program');
  expect(closest('webhook', names)).toBeUndefined();
  expect(closest('', names)).toBeUndefined();
  expect(closest('x'.repeat(1000), names)).toBeUndefined();
});
