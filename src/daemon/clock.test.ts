import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { createClock } from './clock.ts';

const hour = 3_600_000;

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
          const clock = createClock(mode, () => wall, instant(from));
          let [engine, alerting] = [clock.engine(), clock.alerting()];
          expect(engine).toBeGreaterThanOrEqual(from);
          for (const each of steps) {
            if (each.type === 'wall') wall = each.to;
            else if (each.type === 'event') clock.reached(each.source, instant(each.at), each.wasThere);
            else clock.caughtUp(each.source);
            expect(clock.engine()).toBeGreaterThanOrEqual(engine);
            expect(clock.alerting()).toBeGreaterThanOrEqual(alerting);
            [engine, alerting] = [clock.engine(), clock.alerting()];
          }
        },
      ),
    );
  });

  test('waits for what is unread: no later than the slowest source that is behind', () => {
    const clock = createClock('live', () => 10 * hour, instant(0));
    clock.reached('auth', instant(2 * hour), true);
    clock.reached('app', instant(5 * hour), true);
    expect(clock.engine()).toBe(2 * hour);
    clock.reached('auth', instant(3 * hour), true);
    expect(clock.engine()).toBe(3 * hour);
    clock.caughtUp('auth');
    expect(clock.engine()).toBe(5 * hour);
    clock.caughtUp('app');
    expect(clock.engine()).toBe(10 * hour);
    expect(clock.holding()).toEqual([]);
  });

  test('alerting lives by the wall, because budgets are about the world', () => {
    const clock = createClock('live', () => 10 * hour, instant(0));
    clock.reached('auth', instant(2 * hour), true);
    expect(clock.alerting()).toBe(10 * hour);
  });

  test('in history the log is the clock, so that the same file gives the same alerts', () => {
    const clock = createClock('history', () => 10 * hour, instant(0));
    clock.reached('auth', instant(2 * hour), false);
    expect(clock.engine()).toBe(2 * hour);
    expect(clock.alerting()).toBe(2 * hour);
    clock.reached('auth', instant(hour), true);
    expect(clock.engine()).toBe(2 * hour);
  });
});
