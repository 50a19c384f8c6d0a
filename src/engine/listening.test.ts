import { expect, test } from 'vitest';
import { eventAt } from '../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf } from '../../tests/property/kinds-samples.ts';

const rulesRaised = (rules: readonly object[]): readonly string[] =>
  raisesOf(engineFrom(rules).step(eventAt(1, 'x', { rules: rules.map((_, index) => index) }))).map(
    ({ rule }) => rule,
  );

/** Raises as often as it hears the rule. */
const hears = (id: string, rule: string) => ({
  id,
  together: { within: '1m', of: [{ rule }, { rule }] },
  alert: {},
});
const plain = (id: string) => ({ id, match: 'x', alert: {} });

test('rules further down hear in their turn, before the rules below them see the line', () => {
  expect(rulesRaised([plain('a'), hears('of-a', 'a'), plain('b')])).toEqual(['a', 'of-a', 'b']);
  expect(rulesRaised([plain('a'), plain('b'), hears('of-a', 'a')])).toEqual(['a', 'b', 'of-a']);
});

test('what waits for several rules is heard in rule order, not in the order of the raises', () => {
  const rules = [plain('a'), hears('of-b', 'b'), plain('b'), hears('of-a', 'a')];
  expect(rulesRaised(rules)).toEqual(['a', 'b', 'of-b', 'of-a']);
});
