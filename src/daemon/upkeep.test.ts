import { expect, test, vi } from 'vitest';
import { instant, millis } from '../model/time.ts';
import { plainLog } from './log.ts';
import { keepUp } from './upkeep.ts';

const day = 86_400_000;
const now = 1_000 * day;
const log = plainLog(() => undefined, 'silent');
const limits = { keep: millis(90 * day), ledger: 1e9 };

/**
 * Before when alerts are let go at a start at which the ledger was last written some days ago, and at the looks
 * after it, each when the clock shows what it does then.
 */
function trimmedBefore(days: number, later: readonly number[] = []): readonly number[] {
  const asked: number[] = [];
  const clock = [now, ...later];
  vi.useFakeTimers();
  const ledger = {
    retain({ before }: { readonly before: number }) {
      asked.push(before);
      return { deleted: 0 };
    },
    counts: () => ({ bytes: 0 }),
  };
  const stop = keepUp(
    ledger,
    () => limits,
    () => clock[asked.length] ?? now,
    log,
    instant(now - days * day),
  );
  for (const _ of later) vi.advanceTimersToNextTimer();
  stop();
  vi.useRealTimers();
  return asked;
}

test('what is too old is let go at the start', () => {
  expect(trimmedBefore(1)).toEqual([now - 90 * day]);
});

test('a clock that may be wrong lets nothing go for its age', () => {
  expect(trimmedBefore(365)).toEqual([0]);
});

test('nor one that leaps while the program runs, until an hour later', () => {
  const leapt = now + 365 * day;
  expect(trimmedBefore(1, [leapt, leapt])).toEqual([now - 90 * day, 0, leapt - 90 * day]);
  expect(trimmedBefore(1, [leapt, now])).toEqual([now - 90 * day, 0, now - 90 * day]);
});
