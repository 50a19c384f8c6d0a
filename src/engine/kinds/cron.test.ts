import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../../model/time.ts';
import { zoneOffset } from '../../parse/timestamp.ts';
import { nextTime, parseCron } from './cron.ts';

const iso = (at: number | undefined): string =>
  at === undefined ? 'never' : new Date(at).toISOString().slice(0, 16);

function timesOf(cron: string, zone: string, from: string, count: number): readonly string[] {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new Error(parsed.why);
  const times: string[] = [];
  let at = instant(Date.parse(`${from}:00Z`));
  for (let index = 0; index < count; index += 1) {
    const next = nextTime(parsed.value, zone, at);
    if (next === undefined) break;
    at = next;
    times.push(iso(at));
  }
  return times;
}

describe('the next time', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['0 3 * * *', 'UTC', '2026-11-20T03:00', ['2026-11-21T03:00', '2026-11-22T03:00']],
    ['0 3 * * *', 'UTC', '2026-11-20T02:59', ['2026-11-20T03:00']],
    [
      '*/20 8-9 * * mon-fri',
      'UTC',
      '2026-11-20T09:30',
      ['2026-11-20T09:40', '2026-11-23T08:00', '2026-11-23T08:20'],
    ],
    ['0 0 1 * *', 'UTC', '2026-11-20T09:30', ['2026-12-01T00:00', '2027-01-01T00:00']],
    [
      '0 0 13 * fri',
      'UTC',
      '2026-11-20T09:30',
      ['2026-11-27T00:00', '2026-12-04T00:00', '2026-12-11T00:00', '2026-12-13T00:00'],
    ],
    ['0 0 * * 7', 'UTC', '2026-11-20T09:30', ['2026-11-22T00:00']],
    [
      '5/25 0 * jan *',
      'UTC',
      '2026-11-20T09:30',
      ['2027-01-01T00:05', '2027-01-01T00:30', '2027-01-01T00:55'],
    ],
    ['0 12 29 2 *', 'UTC', '2026-11-20T09:30', ['2028-02-29T12:00', '2032-02-29T12:00']],
    ['0 12 29 2 *', 'UTC', '2096-03-01T00:00', ['2104-02-29T12:00']],
    ['@weekly', 'UTC', '2026-11-20T09:30', ['2026-11-22T00:00']],
    // Clocks go forward on 29 March 2026 at 02:00 in Berlin, back on 25 October at 03:00.
    [
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T00:00',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    ['0,30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00', ['2026-03-29T01:00', '2026-03-30T00:00']],
    ['30 * * * *', 'Europe/Berlin', '2026-03-29T00:00', ['2026-03-29T00:30', '2026-03-29T01:30']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', ['2026-10-25T00:30', '2026-10-26T01:30']],
    [
      '30 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:45',
      ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30'],
    ],
    ['0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00', ['2018-11-04T03:00', '2018-11-05T02:00']],
    ['0 12 * * *', 'Pacific/Apia', '2011-12-29T23:00', ['2011-12-30T10:00', '2011-12-30T22:00']],
    // St John's went back at 00:01: half past eleven of the day before came again.
    ['30 * * * *', 'America/St_Johns', '2010-11-07T02:30', ['2010-11-07T03:00', '2010-11-07T04:00']],
    ['0 3 * * *', 'Asia/Kathmandu', '2026-11-20T00:00', ['2026-11-20T21:15']],
  ])('of %s in %s after %s', (cron, zone, from, times) => {
    expect(timesOf(cron, zone, from, times.length)).toEqual(times);
  });

  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  ];
  const someField = (from: number, to: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: from, max: to }).map(String),
      fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
    );

  test('is after, shows a time that fits unless clocks skipped it, and leaves none out', () => {
    fc.assert(
      fc.property(
        someField(0, 59),
        someField(0, 23),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
        (minutes, hours, zone, from) => {
          const parsed = parseCron(`${minutes} ${hours} * * *`);
          if (!parsed.ok) throw new Error(parsed.why);
          const cron = parsed.value;
          const next = nextTime(cron, zone, instant(from)) ?? 0;
          expect(next).toBeGreaterThan(from);
          const fits = (at: number): boolean => {
            const wall = new Date(at + zoneOffset(instant(at), zone));
            return cron.minutes.includes(wall.getUTCMinutes()) && cron.hours.includes(wall.getUTCHours());
          };
          const isSkip = zoneOffset(instant(next - 1), zone) < zoneOffset(instant(next), zone);
          expect(fits(next) || isSkip).toBe(true);
          // No minute between fits, unless clocks show it again.
          for (let at = Math.ceil((from + 1) / 60_000) * 60_000; at < next; at += 60_000 * 7) {
            const offset = zoneOffset(instant(at), zone);
            const shownBefore = zoneOffset(instant(at - 3_600_000), zone) > offset;
            if (!shownBefore) expect(fits(at), iso(at)).toBe(false);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('parseCron', () => {
  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '*/61 * * * *',
    '0 */25 * * *',
    '0 0 */32 * *',
    '0 0 1 1-6/13 *',
    '0 0 * * */8',
    '5-3 * * * *',
    'x * * * *',
    '0 0 30 2 *',
    '0 0 31 4,6 *',
    '1,,2 * * * *',
    '* * * * * *',
    '-1 * * * *',
    '@noon',
    'constructor',
  ])('refuses %j', (text) => {
    expect(parseCron(text).ok).toBe(false);
  });

  test('a step may be as long as its field, and says how long that is', () => {
    expect(timesOf('*/60 * * * *', 'UTC', '2026-11-20T09:30', 1)).toEqual(['2026-11-20T10:00']);
    expect(timesOf('0 */24 * * */7', 'UTC', '2026-11-20T09:30', 1)).toEqual(['2026-11-22T00:00']);
    expect(parseCron('*/61 * * * *')).toEqual({
      ok: false,
      why: '"*/61" is no minute: its step is at most 60',
    });
  });

  test('takes any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCron(text)));
  });
});
