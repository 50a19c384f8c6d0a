import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { textOf } from './bytes.ts';
import type { HostOptions } from './host.ts';
import { play } from './play.ts';

const folder = (name: string): string => fileURLToPath(new URL(`${name}/`, import.meta.url));
const expected = (of: string): string => textOf(readFileSync(`${of}/expected.txt`));

let passedOver = 0;

const WAYS: readonly (readonly [string, HostOptions])[] = [
  ['every line given', {}],
  ['only lines in which a pattern could match', { prefilter: true, passedOver: () => (passedOver += 1) }],
  ['made anew of its rows before every input', { reborn: true }],
];

describe.each(WAYS)('as the real SEC: %s', (_, options) => {
  const cases = folder('cases');
  test.each(readdirSync(cases))('%s', (name) => {
    expect(play(cases + name, options)).toBe(expected(cases + name));
  });
});

describe('as SEC 2.9.4 where it differs from 2.9.1', () => {
  const cases = folder('cases-2.9.4');
  test.each(readdirSync(cases))('%s', (name) => {
    expect(play(cases + name, { chars: 255 })).toBe(expected(cases + name));
  });
});

afterAll(() => {
  // Cases are made of lines that rules want; but some must have been of no interest.
  expect(passedOver).toBeGreaterThan(5);
});
