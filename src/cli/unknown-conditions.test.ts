import { expect, test } from 'vitest';
import { configOf } from '../../tests/contracts/config-texts.ts';
import { unknownConditions } from './unknown-conditions.ts';

const { program } = await configOf(
  `rules: [{ id: disk/full, match: 'full (?<mount>\\S+)', key: [mount], alert: {} }]`,
);

test('a silence that asks for what no alert can have names it, and what may be meant', () => {
  expect(unknownConditions({ rule: ['disk/ful'], fields: { hsot: ['web1'] } }, program)).toEqual([
    "no rule 'disk/ful' is known to the configuration; did you mean 'disk/full'?",
    "no alert field 'hsot' is known to the configuration; did you mean 'host'?",
  ]);
  expect(unknownConditions({ rule: ['net/*'], fields: {} }, program)).toEqual([
    "no rule 'net/*' is known to the configuration",
  ]);
});

test('one for what is there, or for what the program says of itself, has nothing to ask', () => {
  const fields = { host: ['web?'], mount: ['/srv'] };
  expect(unknownConditions({ rule: ['disk/*', 'sentinel/*'], fields }, program)).toEqual([]);
});
