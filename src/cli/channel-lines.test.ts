import { expect, test } from 'vitest';
import type { ShownChannel } from '../daemon/status.ts';
import { instant, millis } from '../model/time.ts';
import { channelLines } from './channel-lines.ts';

/** By this machine's clocks, whatever its zone is. */
const at = (hours: number, minutes: number): number => new Date(2026, 2, 10, hours, minutes).getTime();
const iso = (hours: number, minutes: number): string => new Date(at(hours, minutes)).toISOString();
const now = instant(at(12, 0));
const idle: ShownChannel = {
  name: 'phone',
  kind: 'x-dm',
  state: 'working',
  waiting: 0,
  underWay: 0,
  budgets: [],
};
const lines = (channel: Partial<ShownChannel>): string =>
  channelLines({ ...idle, ...channel }, now).join('\n');

test('a channel without trouble is one line', () => {
  expect(lines({})).toBe('  phone (x-dm): works');
});

test('each state says since when and until when, and who must do something', () => {
  const times = { since: iso(11, 30), until: iso(12, 5) };
  expect(lines({ ...times, state: 'failing', waiting: 3 })).toBe(
    '  phone (x-dm): FAILS since 11:30, tried again at 12:05, 3 waiting',
  );
  expect(lines({ ...times, state: 'out-of-credit' })).toContain(
    'OUT OF CREDIT since 11:30: a human must pay',
  );
  expect(lines({ ...times, state: 'refused' })).toContain('a human must repair that; tried again at 12:05');
  expect(lines({ ...times, state: 'paused' })).toContain('paused by the service since 11:30 until 12:05');
  expect(lines({ state: 'spent', until: iso(13, 0) })).toContain('its budget is spent until 13:00');
  expect(lines({ state: 'spent' })).toContain('its budget allows nothing');
  expect(lines({ state: 'gone' })).toContain('not configured any more');
});

test('budgets tell what is used, when they end at this rate, and the money', () => {
  const day = { window: millis(86_400_000), limit: 10, used: 4 };
  expect(lines({ budgets: [{ ...day, endsAt: iso(14, 20) }], spentToday: 0.4 })).toBe(
    "  phone (x-dm): works, $0.40 in 24 hours\n    4 of 10 in 1d: at this rate the day's budget ends at 14:20",
  );
  expect(lines({ budgets: [{ ...day, used: 10, reserve: 2 }] })).toContain(
    '10 of 10 (2 only for critical) in 1d: spent',
  );
  const far = new Date(2026, 2, 20, 9, 5).toISOString();
  expect(lines({ budgets: [{ ...day, window: millis(900_000), endsAt: far }] })).toContain(
    'the 15m budget ends at 2026-03-20 09:05',
  );
});
