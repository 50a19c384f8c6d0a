import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { isGlob, matchesGlob } from './glob.ts';

test.each([
  ['sshd/*', 'sshd/brute-force', true],
  ['sshd/*', 'sshd', false],
  ['*', '', true],
  ['?', '', false],
  ['a?c', 'abc', true],
  ['a?c', 'a😀c', true],
  ['*.log', 'auth.log.1', false],
  ['*a*b', 'xaxbxb', true],
  ['[a].', '[a].', true],
])('%s on %s is %s', (glob, name, expected) => {
  expect(matchesGlob(glob, name)).toBe(expected);
});

test('agrees with the expression it stands for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 6 });
  fc.assert(
    fc.property(glob, text, (pattern, name) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesGlob(pattern, name)).toBe(new RegExp(`^${source}$`, 's').test(name));
    }),
  );
});

test('does not run away on many stars', () => {
  expect(matchesGlob('*a'.repeat(200) + 'b', 'a'.repeat(2000))).toBe(false);
});

test('knows what is a glob', () => {
  expect(isGlob('sshd/*')).toBe(true);
  expect(isGlob('sshd')).toBe(false);
});
