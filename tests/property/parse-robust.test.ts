import { array, assert, constantFrom, integer, oneof, property, record, string } from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';
import { lineFormats } from '../../src/parse/registry.ts';
import { bsdStamp } from '../../src/parse/stamp.ts';
import { instantInZone } from '../../src/parse/timestamp.ts';

const now = instant(Date.parse('2026-11-20T10:00:10Z'));
const chunk = { source: 's', receivedAt: now, reference: now, position: { stream: 'f' } };

// Pieces of all formats, so that random records are nearly of one or of two at once.
const heads = [
  '<34>',
  '<13>1 ',
  '1 ',
  '- ',
  'Nov 20 10:00:06 ',
  'Nov  2 ',
  '2026-11-20T10:00:06Z ',
  '2026-11-20 10:00:06,1 ',
];
const tails = [
  'host ',
  'prog[12]: ',
  'kernel: ',
  'a=1 ',
  'b="x y" ',
  'msg="\\"" ',
  '"msg":"x"',
  '"__proto__":{"a":1}',
  '[id a="b"] ',
];
const signs = [...'{},[]"\\ :=', '@cee:', '\u0000', '\ud800', '[20/Nov/2026:10:00:06 +0000]'];
const pieces = constantFrom(...heads, ...tails, ...signs);
const records = oneof(
  array(pieces, { maxLength: 10 }).map((parts) => parts.join('')),
  string({ unit: 'binary' }),
);

describe('whatever the record', () => {
  test('no format throws, and at most one besides plain text takes it', () => {
    const context = { reference: now, zone: 'Europe/Paris' };
    assert(
      property(records, (text) => {
        const takers = lineFormats.filter((format) => format.parse(text, context) !== undefined);
        expect(takers.at(-1)?.name).toBe('plain');
        expect(takers.length).toBeLessThanOrEqual(2);
        for (const format of lineFormats) format.parse(text, { ...context, declared: true });
      }),
      { numRuns: 5000 },
    );
  });

  test('what `auto` makes of it does not depend on what came before', () => {
    const used = createParser({ format: 'auto', zone: 'UTC' });
    assert(
      property(records, (text) => {
        const fresh = createParser({ format: 'auto', zone: 'UTC' });
        expect(used.parse(text, chunk, 0)).toEqual(fresh.parse(text, chunk, 0));
      }),
      { numRuns: 2000 },
    );
  });

  test('its event can be written as JSON and read back', () => {
    const parser = createParser({ format: 'auto', zone: 'UTC' });
    assert(
      property(records, (text) => {
        const { event } = parser.parse(text, chunk, 0);
        expect(JSON.parse(JSON.stringify(event))).toEqual(event);
        expect(Number.isSafeInteger(event.at)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('time grows with its length only', () => {
    const size = 400_000;
    const hostile = [
      '<',
      '[',
      '{',
      '{"a":',
      '{"a":1,',
      '"',
      'a',
      'a=',
      'a=1 ',
      'a="',
      '\\',
      ' ',
      '-',
      '\u0301',
      'a[1',
      '[a b="',
    ].flatMap((piece) =>
      ['', 'Nov 20 10:00:06 h ', '<13>1 - h p - - ', 'a=1 b=', '{"m":"'].map(
        (head) => head + piece.repeat(size / piece.length),
      ),
    );
    const parser = createParser({ format: 'auto', zone: 'UTC' });
    const started = performance.now();
    for (const text of hostile) parser.parse(text, chunk, 0);
    // A hang guard: quadratic time would take hours for these.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('against Temporal', () => {
  const zones = constantFrom(
    'Europe/Paris',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
    'Pacific/Apia',
  );
  const local = record({
    year: integer({ min: 1990, max: 2035 }),
    month: integer({ min: 1, max: 12 }),
    day: integer({ min: 1, max: 28 }),
    hour: integer({ min: 0, max: 23 }),
    minute: integer({ min: 0, max: 59 }),
    second: integer({ min: 0, max: 59 }),
  });

  test("the instant of a local time in any zone is Temporal's, wherever clocks do not change", () => {
    assert(
      property(local, zones, (time, zone) => {
        const plain = Temporal.PlainDateTime.from(time);
        const wall = plain.toZonedDateTime('UTC').epochMilliseconds;
        const expected = plain.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
        expect(instantInZone(wall, zone, instant(4e12))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('a stamp without a year is never more than a day after the reference, nor more than a year before', () => {
    assert(
      property(local, zones, integer({ min: 8e11, max: 2e12 }), (time, zone, reference) => {
        const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(time.month * 3 - 3, time.month * 3);
        const two = (value: number) => String(value).padStart(2, '0');
        const text = `${month} ${String(time.day).padStart(2)} ${two(time.hour)}:${two(time.minute)}:${two(time.second)} h`;
        const at = bsdStamp(text, 0, { reference: instant(reference), zone })?.at ?? 0;
        expect(at - reference).toBeLessThanOrEqual(86_400_000);
        expect(reference - at).toBeLessThanOrEqual(366 * 86_400_000);
      }),
      { numRuns: 2000 },
    );
  });
});
