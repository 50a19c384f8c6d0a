import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGlob, hasWildcard } from './glob.ts';

test.each([
  ['/var/log/*.log', '/var/log/a.log', true],
  ['/var/log/*.log', '/var/log/.a.log', false],
  ['/var/log/*.log', '/var/log/sub/a.log', false],
  ['/var/log/.*', '/var/log/.a', true],
  ['/var/log/?.log', '/var/log/ab.log', false],
  ['/var/log/[a-c]?.log', '/var/log/bx.log', true],
  ['/var/log/[!a-c].log', '/var/log/b.log', false],
  ['/var/log/[!a-c].log', '/var/log/d.log', true],
  ['/var/log/**/*.log', '/var/log/a.log', true],
  ['/var/log/**/*.log', '/var/log/x/y/a.log', true],
  ['/var/log/**/*.log', '/var/log/x/.y/a.log', false],
  ['/var/log/*/app.log', '/var/log/x/app.log', true],
  ['/var/log/a+(b).*', '/var/log/a+(b).log', true],
  ['/var/log/a\\*[0-9]', '/var/log/a*1', true],
  ['/var/log/a\\*[0-9]', '/var/log/ab1', false],
  ['/var/log/[z-a]*', '/var/log/b', false],
  ['/*', '/a', true],
])('%s and %s: %s', (pattern, path, matches) => {
  expect(createGlob(pattern).matches(path)).toBe(matches);
});

test('a backslash takes the meaning of a wildcard away', () => {
  expect(['/a*', '/a[1]', '/a?', '/a', '/a\\*', '/a\\\\*'].map(hasWildcard)).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
});

test.each([
  ['directories', Array.from({ length: 1025 }, (_, index) => `d${index}`)],
  ['depth', ['d/'.repeat(33)]],
  [undefined, ['d/'.repeat(30)]],
])('names the limit of %s that was reached', async (beyond, below) => {
  const root = mkdtempSync(join(tmpdir(), 'glob-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const directory of below) mkdirSync(join(root, directory), { recursive: true });
  expect((await createGlob(join(root, '**/x.log')).expand()).beyond).toBe(beyond);
});
