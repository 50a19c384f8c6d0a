import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openZoneNames } from './zone-names.ts';

/** East of Greenwich in minutes, as Node knows it. */
function offsetIn(zone: string, second: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const text = parts.formatToParts(second * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([-+])(\d+):(\d+))?/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'UTC',
] as const;

test('a zone is called what date calls it, in every year', () => {
  const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(seconds, { minLength: 1, maxLength: 20 }),
      (zone, all) => {
        const name = openZoneNames(zone);
        const input = all.map((second) => `@${String(second)}\n`).join('');
        const env = { PATH: process.env['PATH'], TZ: zone };
        const { stdout } = spawnSync('date', ['-f', '-', '+%Z'], { env, input, encoding: 'utf8' });
        expect(all.map((second) => name(second, offsetIn(zone, second)))).toEqual(stdout.trim().split('\n'));
      },
    ),
    { numRuns: 50 },
  );
});

test('a zone that no file describes has no name here', () => {
  expect(openZoneNames('Nowhere/At all')(0, 0)).toBeUndefined();
});
