import { expect, test } from 'vitest';
import { elsewhere } from './with-reader.ts';

test('a user is told where the state of the service is, where there is one', () => {
  const there = (path: string): boolean => path === '/var/lib/bird-sentinel';
  expect(elsewhere({ state: '/home/me/state' }, there)).toContain('/var/lib/bird-sentinel: sudo');
  expect(elsewhere({ state: '/home/me/state' }, () => false)).toBe('');
  expect(elsewhere({ state: '/var/lib/bird-sentinel' }, there)).toBe('');
});
