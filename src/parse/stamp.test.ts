import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { bsdStamp, clfStamp, ctimeStamp, isoStamp } from './stamp.ts';

const at = (iso: string) => instant(Date.parse(iso));
const context = (reference: string, zone = 'UTC') => ({ reference: at(reference), zone });
const berlin = context('2026-11-20T12:00:00Z', 'Europe/Berlin');

describe('isoStamp', () => {
  test.each([
    ['2026-11-20T10:00:06Z', '2026-11-20T10:00:06.000Z'],
    ['2026-11-20T10:00:06.123456+01:00', '2026-11-20T09:00:06.123Z'],
    ['2026-11-20T10:00:06.1-0530', '2026-11-20T15:30:06.100Z'],
    ['2026-11-20 10:00:06,12 INFO', '2026-11-20T09:00:06.120Z'],
    ['2026/11/20 10:00:06 [error]', '2026-11-20T09:00:06.000Z'],
    ['2026-11-20 10:00:06 +02 x', '2026-11-20T09:00:06.000Z'],
    ['2026-11-20 10:00:06 +0200 x', '2026-11-20T08:00:06.000Z'],
    ['2026-11-20 10:00:06 -12 degrees', '2026-11-20T09:00:06.000Z'],
    ['2026-11-20 10:00:06.5 UTC [77]', '2026-11-20T10:00:06.500Z'],
    ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(isoStamp(text, 0, berlin)?.at).toBe(at(iso));
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20',
    '2026-11/20T10:00:06',
    '',
    '0000-01-01T00:00:00Z',
  ])('%s is none', (text) => {
    expect(isoStamp(text, 0, berlin)).toBeUndefined();
  });
});

describe('bsdStamp', () => {
  test.each([
    ['Nov 20 10:00:06 h', '2026-11-20T12:00:00Z', '2026-11-20T10:00:06Z'],
    ['Nov  2 10:00:06 h', '2026-11-20T12:00:00Z', '2026-11-02T10:00:06Z'],
    ['Nov 2 10:00:06.250 h', '2026-11-20T12:00:00Z', '2026-11-02T10:00:06.250Z'],
    ['Nov 20 2019 10:00:06 h', '2026-11-20T12:00:00Z', '2019-11-20T10:00:06Z'],
    // Lines of December in January's file.
    ['Dec 31 23:59:59 h', '2027-01-01T00:00:05Z', '2026-12-31T23:59:59Z'],
    // A clock that is a little ahead of ours over the new year.
    ['Jan  1 00:00:01 h', '2026-12-31T23:59:58Z', '2027-01-01T00:00:01Z'],
    ['Nov 22 10:00:06 h', '2026-11-20T12:00:00Z', '2025-11-22T10:00:06Z'],
    ['Feb 29 10:00:06 h', '2026-11-20T12:00:00Z', '2024-02-29T10:00:06Z'],
    ['Feb 29 10:00:06 h', '2103-11-20T12:00:00Z', '2096-02-29T10:00:06Z'],
  ])('%s seen at %s is %s', (text, reference, iso) => {
    expect(bsdStamp(text, 0, context(reference))?.at).toBe(at(iso));
  });

  test.each([
    'Nov 31 10:00:06',
    'Nov 0 10:00:06',
    'nov 20 10:00:06',
    'Nox 20 10:00:06',
    'Nov 20 10:00',
    'Nov 200 10:00:06',
    'ovD 20 10:00:06',
  ])('%s is none', (text) => {
    expect(bsdStamp(text, 0, berlin)).toBeUndefined();
  });
});

test('the stamps of web servers', () => {
  expect(ctimeStamp('Fri Nov 20 10:00:06.123456 2026] x', 0, berlin)).toEqual({
    at: at('2026-11-20T09:00:06.123Z'),
    end: 31,
  });
  expect(ctimeStamp('Sun Dec  4 04:47:44 2005', 0, berlin)?.at).toBe(at('2005-12-04T03:47:44Z'));
  expect(clfStamp('20/Nov/2026:10:00:06 +0000] "GET', 0, berlin)?.at).toBe(at('2026-11-20T10:00:06Z'));
  expect(clfStamp('20/Nov/2026:10:00:06', 0, berlin)?.at).toBe(at('2026-11-20T09:00:06Z'));
  expect(clfStamp('31/Nov/2026:10:00:06', 0, berlin)).toBeUndefined();
});
