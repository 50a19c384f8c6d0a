import { expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { readConditions, readPairs } from './conditions.ts';
import { personName } from './person.ts';
import { localTime, readTime, timesOf, withLocalTimes } from './times.ts';

test('conditions are fields with globs; severity and rule have a place of their own', () => {
  const args = ['rule=disk/*', 'host=a', 'host=b', 'severity=warning', 'query=a=b'];
  expect(readConditions(args)).toEqual({
    ok: true,
    when: { severity: ['warning'], rule: ['disk/*'], fields: { host: ['a', 'b'], query: ['a=b'] } },
  });
  expect(readConditions(['severity=bad'])).toMatchObject({ ok: false });
  for (const wrong of ['host', '=x', 'host=', '']) expect(readPairs([wrong])).toMatchObject({ ok: false });
});

test('times are those of this machine unless they name a zone', () => {
  const noon = instant(new Date(2026, 2, 10, 12, 0).getTime());
  expect(readTime('12:01', noon)).toBe(new Date(2026, 2, 10, 12, 1).getTime());
  expect(readTime('12:00', noon)).toBe(new Date(2026, 2, 11, 12, 0).getTime());
  expect(readTime('2026-03-11', noon)).toBe(new Date(2026, 2, 11, 0, 0).getTime());
  expect(readTime('2026-03-11 08:30', noon)).toBe(new Date(2026, 2, 11, 8, 30).getTime());
  expect(readTime('2026-03-11T08:30:00Z', noon)).toBe(Date.UTC(2026, 2, 11, 8, 30));
  for (const wrong of ['24:00', 'tomorrow', '2026-13-40', '', '7'])
    expect(readTime(wrong, noon), wrong).toBeUndefined();
});

test('behind sudo it is the person who counts', () => {
  expect(personName({ SUDO_USER: 'anna' })).toBe('anna');
  expect(personName({})).not.toBe('');
});

test('times that are shown are those of this machine, and others are left as they are', () => {
  const at = new Date(2026, 2, 10, 9, 5, 6, 7);
  expect(localTime(at.getTime())).toBe('2026-03-10 09:05:06.007');
  expect(localTime(Infinity)).toBe('a time out of range');
  expect(
    withLocalTimes(`held until ${at.toISOString()}: 2026-13-40T00:00:00.000Z 2026-03-10T09:05:06Z`),
  ).toBe('held until 2026-03-10 09:05:06.007: 2026-13-40T00:00:00.000Z 2026-03-10T09:05:06Z');
  expect(timesOf()).toMatch(/^times of \S+$/);
});
