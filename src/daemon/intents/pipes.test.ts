import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../model/intent.ts';
import { createPipes, type Pipes } from './pipes.ts';

let folder = '';
let pipes: Pipes;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipes-'));
  pipes = createPipes({ environment: { PATH: process.env['PATH'] ?? '' }, queued: 1_000_000 });
});
afterEach(async () => {
  await pipes.stop(0);
  rmSync(folder, { recursive: true });
});

const counting = (name: string): Command => ({
  type: 'argv',
  argv: ['/bin/sh', '-c', 'echo begun >> "$1"; cat >> "$1"; echo ended >> "$1"', 'sh', join(folder, name)],
});
const seen = (name: string): string => readFileSync(join(folder, name), 'latin1');

test('one command takes all texts until the end, bytes as they are', async () => {
  for (const text of ['one ', 'caf\u00c3\u00a9 ', '\u00ff']) {
    expect(await pipes.write('r', counting('a'), text)).toEqual({ type: 'done' });
  }
  await pipes.stop(5000);
  expect(seen('a')).toBe('begun\none caf\u00c3\u00a9 \u00ffended\n');
});

test('another command of the same rule ends it, one of another rule does not', async () => {
  await pipes.write('r', counting('a'), '1');
  await pipes.write('s', counting('b'), '2');
  await pipes.write('s', counting('b'), '3');
  await pipes.write('r', counting('c'), '4');
  await pipes.write('r', counting('a'), '5');
  await pipes.stop(5000);
  expect(seen('b')).toBe('begun\n23ended\n');
  expect(seen('a').match(/begun/g)).toHaveLength(2);
  expect(seen('c')).toBe('begun\n4ended\n');
});

test('it begins anew after it was closed', async () => {
  await pipes.write('r', counting('a'), '1');
  pipes.close('r');
  await pipes.write('r', counting('a'), '2');
  await pipes.stop(5000);
  expect(seen('a').match(/begun/g)).toHaveLength(2);
});

test('a program that is not there loses the text, and says so', async () => {
  const outcome = await pipes.write('r', { type: 'argv', argv: ['/no/such/program'] }, 'x');
  expect(outcome.type).toBe('lost');
});

test('one that reads nothing does not hold everything up', async () => {
  const deaf: Command = { type: 'argv', argv: ['/bin/sleep', '60'] };
  const outcomes = Array.from({ length: 20 }, () => pipes.write('r', deaf, 'x'.repeat(100_000)));
  expect(await outcomes.at(-1)).toEqual({ type: 'lost', text: 'too much waits for the command' });
  await pipes.stop(0);
  expect((await Promise.all(outcomes)).some(({ type }) => type === 'lost')).toBe(true);
});
