import { afterEach, expect, test, vi } from 'vitest';
import { createDrillTimer } from './drill-timer.ts';

afterEach(() => void vi.useRealTimers());

const monday = Date.UTC(2026, 2, 9, 8, 59, 30);

test('begins at the times of the calendar by the zone it names, as long as it is wanted', () => {
  vi.useFakeTimers({ now: monday });
  const begun: string[] = [];
  const timer = createDrillTimer(Date.now, (to) => begun.push(`${new Date().toISOString()} ${to.join(' ')}`));
  timer.follow({ drill: { schedule: '0 10 * * 1', zone: 'Europe/Paris', receivers: ['me', 'team'] } });
  vi.advanceTimersByTime(29_000);
  expect(begun).toEqual([]);
  vi.advanceTimersByTime(14 * 86_400_000);
  expect(begun).toEqual(['2026-03-09T09:00:00.000Z me team', '2026-03-16T09:00:00.000Z me team']);
  timer.follow({});
  vi.advanceTimersByTime(14 * 86_400_000);
  expect(begun).toHaveLength(2);
});

test('waits longer than a timer can, and a stop ends it', () => {
  vi.useFakeTimers({ now: monday });
  const begun: number[] = [];
  const timer = createDrillTimer(Date.now, () => begun.push(Date.now()));
  timer.follow({ drill: { schedule: '0 0 1 1 *', zone: 'UTC', receivers: [] } });
  vi.advanceTimersByTime(300 * 86_400_000);
  expect(begun).toEqual([Date.UTC(2027, 0, 1)]);
  timer.stop();
  expect(vi.getTimerCount()).toBe(0);
});
