import { expect, test } from 'vitest';
import { instant, millis } from '../model/time.ts';
import { plainLog } from './log.ts';
import { keepUp } from './upkeep.ts';

const day = 86_400_000;
const now = 1_000 * day;
const log = plainLog(() => undefined, 'silent');
const limits = { keep: millis(90 * day), ledger: 1e9 };

/** Before when alerts are let go at a start at which the ledger was last written some days ago. */
function trimmedBefore(days: number): readonly number[] {
  const asked: number[] = [];
  const ledger = {
    retain({ before }: { readonly before: number }) {
      asked.push(before);
      return { deleted: 0 };
    },
    counts: () => ({ bytes: 0 }),
  };
  keepUp(
    ledger,
    () => limits,
    () => now,
    log,
    instant(now - days * day),
  )();
  return asked;
}

test('what is too old is let go at the start', () => {
  expect(trimmedBefore(1)).toEqual([now - 90 * day]);
});

test('a clock that may be wrong lets nothing go for its age', () => {
  expect(trimmedBefore(365)).toEqual([0]);
});
