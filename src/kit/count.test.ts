import { expect, test } from 'vitest';
import { counted, grouped } from './count.ts';

test('one is one, and none are many', () => {
  expect([0, 1, 2].map((number) => counted(number, 'rule'))).toEqual(['0 rules', '1 rule', '2 rules']);
});

test('whole numbers are grouped by three', () => {
  const numbers = [0, 7, 999, 1000, 12_345, 123_456, 1_536_000, -1000];
  expect(numbers.map(grouped)).toEqual(numbers.map((number) => number.toLocaleString('en')));
});
