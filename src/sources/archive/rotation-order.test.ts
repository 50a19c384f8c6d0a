import { expect, test } from 'vitest';
import { instant } from '../../model/time.ts';
import { byAge, datedUntil, isRotationOf, logOf, rotationName } from './rotation-order.ts';

test('knows the rotations of a log from its neighbours', () => {
  const names = [
    'auth.log.1',
    'auth.log.2.gz',
    'auth.log.3.xz',
    'auth.log-20260101',
    'auth.log-20260101.zst',
    'auth.log.old',
    'auth-20260101.log',
    'auth-20260101.log.gz',
  ];
  for (const name of names)
    expect([name, isRotationOf(name, 'auth.log'), logOf(name)]).toEqual([name, true, 'auth.log']);
  const others = [
    'auth.log',
    'auth.log.gz',
    'auth2.log',
    'auth-1.log',
    'auth.logs.1',
    'xauth.log.1',
    'auth.log.pid',
  ];
  for (const name of others) expect([name, isRotationOf(name, 'auth.log')]).toEqual([name, false]);
});

const ordered = (names: readonly string[], changed: readonly number[] = []): readonly string[] =>
  byAge(
    names.map((path, index) => ({
      path,
      name: rotationName(path, 'a.log'),
      changedAt: instant(changed[index] ?? 0),
    })),
  ).map(({ path }) => path);

test('puts the oldest first: by number, by date, by time where names tell nothing in common', () => {
  expect(ordered(['a.log', 'a.log.2.gz', 'a.log.10.gz', 'a.log.1'])).toEqual([
    'a.log.10.gz',
    'a.log.2.gz',
    'a.log.1',
    'a.log',
  ]);
  expect(ordered(['a-20260301.log', 'a.log', 'a.log-20251230.gz', 'a.log-2026010112'])).toEqual([
    'a.log-20251230.gz',
    'a.log-2026010112',
    'a-20260301.log',
    'a.log',
  ]);
  expect(ordered(['a.log.1', 'a.log-20260101', 'a.log'], [5, 3, 1])).toEqual([
    'a.log-20260101',
    'a.log.1',
    'a.log',
  ]);
  expect(ordered(['a.log', 'a.log.old'])).toEqual(['a.log.old', 'a.log']);
});

test('a date in a name bounds what the file holds', () => {
  const until = (name: string) => datedUntil(rotationName(name, 'a.log'));
  expect(until('a.log-20260101.gz')).toBe(Date.parse('2026-01-03T00:00:00Z'));
  expect(until('a.log-20261399')).toBeUndefined();
  expect(until('a.log.7')).toBeUndefined();
});
