import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { instantInZone, isZone, zoneOffset } from './timestamp.ts';

const at = (iso: string) => instant(Date.parse(iso));
const wall = (text: string): number => Date.parse(`${text}Z`);

describe('instantInZone', () => {
  test.each([
    ['Europe/Berlin', '2026-07-01T12:00:00', '2026-07-01T10:00:00Z'],
    ['Europe/Berlin', '2026-12-01T12:00:00', '2026-12-01T11:00:00Z'],
    // 02:30 does not exist on this day: read with the clock not yet put forward.
    ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
    ['Europe/Berlin', '2026-03-29T01:59:59', '2026-03-29T00:59:59Z'],
    ['Europe/Berlin', '2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
    // Half an hour, and a change that does not lie on the hour.
    ['Australia/Lord_Howe', '2026-04-05T12:00:00', '2026-04-05T01:30:00Z'],
    ['America/St_Johns', '2006-04-02T00:00:30', '2006-04-02T03:30:30Z'],
    ['America/St_Johns', '2006-04-02T00:02:00', '2006-04-02T03:32:00Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00Z'],
  ])('%s %s is %s', (zone, local, iso) => {
    expect(instantInZone(wall(local), zone, at('2030-01-01T00:00:00Z'))).toBe(at(iso));
  });

  test('of an hour that comes twice, the one in which the line arrived', () => {
    const local = wall('2026-10-25T02:30:00');
    const seenAt = (iso: string) => instantInZone(local, 'Europe/Berlin', at(iso));
    expect(seenAt('2026-10-25T00:30:01Z')).toBe(at('2026-10-25T00:30:00Z'));
    expect(seenAt('2026-10-25T01:30:01Z')).toBe(at('2026-10-25T01:30:00Z'));
    expect(seenAt('2026-12-01T00:00:00Z')).toBe(at('2026-10-25T00:30:00Z'));
  });
});

test('zones are known by name', () => {
  expect(['UTC', 'Europe/Berlin', '+01:00', 'Mars/Olympus', ''].map(isZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(zoneOffset(at('2026-07-01T00:00:00Z'), 'Europe/Berlin')).toBe(7_200_000);
});
