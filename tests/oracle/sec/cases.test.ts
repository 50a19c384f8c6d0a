import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { textOf } from './bytes.ts';
import { play } from './play.ts';

const folder = fileURLToPath(new URL('cases/', import.meta.url));
const names = readdirSync(folder);

const expected = (name: string): string => textOf(readFileSync(`${folder}${name}/expected.txt`));

describe.each([
  ['every line given', {}],
  ['only lines that a pattern could want', { prefilter: true }],
  ['made anew of its rows before every input', { reborn: true }],
])('what the real SEC did, %s', (_, options) => {
  test.each(names)('%s', (name) => {
    expect(play(`${folder}${name}`, options)).toBe(expected(name));
  });
});
