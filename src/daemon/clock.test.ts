import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { createClock } from './clock.ts';

const hour = 3_600_000;

/** A wall that stands. */
const still = (wall: number) => ({ wall: () => wall, monotonic: () => 0 });

describe('the clock', () => {
  test('never goes back, whatever the wall and the sources do', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('wall' as const), to: fc.nat(10_000) }),
      fc.record({
        type: fc.constant('event' as const),
        source: fc.constantFrom('a', 'b'),
        at: fc.nat(10_000),
        wasThere: fc.boolean(),
      }),
      fc.record({ type: fc.constant('end' as const), source: fc.constantFrom('a', 'b') }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('live' as const, 'history' as const),
        fc.nat(5000),
        fc.array(step),
        (mode, from, steps) => {
          let wall = 0;
          let monotonic = 0;
          const clock = createClock(mode, { wall: () => wall, monotonic: () => monotonic++ }, instant(from));
          for (const source of ['a', 'b']) clock.opened(source);
          let [engine, alerting] = [clock.engine(), clock.alerting()];
          expect(engine).toBeGreaterThanOrEqual(from);
          for (const each of steps) {
            if (each.type === 'wall') wall = each.to;
            else if (each.type === 'event')
              clock.reached(each.source, 'one', instant(each.at), each.wasThere);
            else clock.released(each.source);
            expect(clock.engine()).toBeGreaterThanOrEqual(engine);
            expect(clock.alerting()).toBeGreaterThanOrEqual(alerting);
            [engine, alerting] = [clock.engine(), clock.alerting()];
          }
        },
      ),
    );
  });

  test('waits for what is unread: no later than the slowest source that is behind', () => {
    const clock = createClock('live', still(10 * hour), instant(0));
    clock.opened('auth');
    clock.opened('app');
    clock.reached('auth', 'one', instant(2 * hour), true);
    clock.reached('app', 'one', instant(5 * hour), true);
    expect(clock.engine()).toBe(2 * hour);
    clock.reached('auth', 'one', instant(3 * hour), true);
    expect(clock.engine()).toBe(3 * hour);
    clock.released('auth');
    expect(clock.engine()).toBe(5 * hour);
    clock.released('app');
    expect(clock.engine()).toBe(10 * hour);
    expect(clock.holding()).toEqual([]);
  });

  test('alerting lives by the wall, because budgets are about the world', () => {
    const clock = createClock('live', still(10 * hour), instant(0));
    clock.opened('auth');
    clock.reached('auth', 'one', instant(2 * hour), true);
    expect(clock.alerting()).toBe(10 * hour);
  });

  test('in history the log is the clock, so that the same file gives the same alerts', () => {
    const clock = createClock('history', still(10 * hour), instant(0));
    clock.reached('auth', 'one', instant(2 * hour), false);
    expect(clock.engine()).toBe(2 * hour);
    expect(clock.alerting()).toBe(2 * hour);
    clock.reached('auth', 'one', instant(hour), true);
    expect(clock.engine()).toBe(2 * hour);
  });

  test('a source that was just opened counts as being where the ledger ended, until it speaks', () => {
    const clock = createClock('live', still(10 * hour), instant(hour));
    clock.opened('auth');
    expect(clock.engine()).toBe(hour);
    clock.reached('auth', 'one', instant(2 * hour), true);
    expect(clock.engine()).toBe(2 * hour);
    clock.released('auth');
    expect(clock.engine()).toBe(10 * hour);
  });

  test('at the first start of all there is no time before a line or an end is seen', () => {
    const clock = createClock('live', still(10 * hour), instant(0));
    clock.opened('auth');
    clock.opened('app');
    expect([clock.isKnown(), clock.engine()]).toEqual([false, 0]);
    clock.released('app');
    expect([clock.isKnown(), clock.engine()]).toEqual([false, 0]);
    clock.reached('auth', 'one', instant(2 * hour), true);
    expect([clock.isKnown(), clock.engine()]).toEqual([true, 2 * hour]);

    const nothingThere = createClock('live', still(10 * hour), instant(0));
    nothingThere.opened('auth');
    nothingThere.released('auth');
    expect([nothingThere.isKnown(), nothingThere.engine()]).toEqual([true, 10 * hour]);
  });

  test('a source is as far as the slowest of its streams that are behind', () => {
    const clock = createClock('live', still(10 * hour), instant(hour));
    clock.opened('logs');
    clock.reached('logs', 'a.log', instant(2 * hour), true);
    clock.reached('logs', 'b.log', instant(8 * hour), true);
    expect([clock.engine(), clock.reachedBy('logs')]).toEqual([2 * hour, 2 * hour]);
    clock.reached('logs', 'a.log', instant(3 * hour), true);
    expect(clock.engine()).toBe(3 * hour);
    clock.released('logs', 'a.log');
    expect([clock.engine(), clock.holding()]).toEqual([8 * hour, ['logs']]);
    clock.released('logs', 'b.log');
    expect([clock.engine(), clock.holding()]).toEqual([10 * hour, []]);
  });

  test('what is still on its way of a source that was closed holds nothing back', () => {
    const clock = createClock('live', still(10 * hour), instant(hour));
    clock.opened('gone');
    clock.closed('gone');
    clock.reached('gone', 'one', instant(2 * hour), true);
    expect([clock.engine(), clock.holding()]).toEqual([10 * hour, []]);
  });

  test('a wall that is set back slows the clock down and never stops it', () => {
    let wall = 10 * hour;
    let monotonic = 0;
    const clock = createClock('live', { wall: () => wall, monotonic: () => monotonic }, instant(0));
    expect(clock.wall()).toBe(10 * hour);
    wall -= hour;
    monotonic += 60_000;
    wall += 60_000;
    expect(clock.wall()).toBe(10 * hour + 30_000);
    monotonic += 2 * hour;
    wall += 2 * hour;
    expect(clock.wall()).toBe(wall);
  });

  test('a time of the ledger that lies ahead of the wall slows it down, and does not stop it', () => {
    let passed = 0;
    const wall = 10 * hour;
    const readings = { wall: () => wall + passed, monotonic: () => passed };
    const clock = createClock('live', readings, instant(wall + hour));
    expect(clock.engine()).toBe(wall + hour);
    passed = hour / 2;
    expect(clock.engine()).toBe(wall + hour + hour / 4);
    expect(clock.wall()).toBe(wall + hour / 2);
    // Each second of the wall wins half a second back.
    passed = 2 * hour;
    expect(clock.engine()).toBe(clock.wall());
    passed = 3 * hour;
    expect(clock.engine()).toBe(wall + 3 * hour);
  });

  test('a wall that was set back slows it down however often it is asked', () => {
    let passed = 0;
    let ahead = hour;
    const clock = createClock('live', { wall: () => ahead + passed, monotonic: () => passed }, instant(0));
    expect(clock.wall()).toBe(hour);
    ahead = 0;
    for (passed = 1; passed < 1000; passed++) clock.wall();
    expect(clock.wall()).toBe(hour + 500);
  });

  test('a leap second that is smeared over a day, or taken in one step, is hardly felt', () => {
    const readings = (offset: (passed: number) => number) => {
      let passed = 0;
      const clock = createClock(
        'live',
        { wall: () => hour + passed + offset(passed), monotonic: () => passed },
        instant(0),
      );
      return (to: number): number => {
        passed = to;
        return clock.engine() - hour - to;
      };
    };
    const day = 24 * hour;
    const smeared = readings((passed) => -1000 * Math.min(1, passed / day));
    for (let at = 0; at <= 2 * day; at += 60_000) {
      const behind = -smeared(at);
      expect(behind).toBeGreaterThanOrEqual(0);
      expect(behind).toBeLessThanOrEqual(1001);
    }
    const stepped = readings((passed) => (passed < hour ? 0 : -1000));
    let last = 0;
    for (let at = hour - 500; at <= hour + 5000; at += 10) {
      const now = stepped(at) + at;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    // Two seconds after it has caught up.
    expect(last).toBe(hour + 4000);
  });
});
