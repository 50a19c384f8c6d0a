import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { aboutTheProgram, differences } from './differences.ts';
import { play, type PlayOptions } from './play.ts';
import { readOutcome, readScenario, showOutcome } from './scenario.ts';

const cases = fileURLToPath(new URL('cases/', import.meta.url));
const names = readdirSync(cases);
const played = names.filter((name) => !Object.hasOwn(aboutTheProgram, name));

const WAYS: readonly (readonly [string, PlayOptions])[] = [
  ['every line given', {}],
  ['only lines in which a pattern could match', { prefilter: true }],
  ['made anew of its rows before every line', { reborn: true }],
];

describe.each(WAYS)('as the real swatchdog: %s', (_, options) => {
  test.each(played)('%s', (name) => {
    const folder = `${cases}${name}`;
    const real = readFileSync(`${folder}/expected.txt`, 'latin1');
    const got = showOutcome(play(readScenario(folder), options));
    if (!Object.hasOwn(differences, name)) return expect(got).toBe(showOutcome(readOutcome(real)));
    if (process.env['RECORD_OURS'] === '1') writeFileSync(`${folder}/ours.txt`, got, 'latin1');
    expect(got).toBe(readFileSync(`${folder}/ours.txt`, 'latin1'));
    expect(got).not.toBe(showOutcome(readOutcome(real)));
  });
});
