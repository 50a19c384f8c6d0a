import { describe, expect, test } from 'vitest';
import { eventAt, tickAt } from '../../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, sourceAt, stored } from '../../../tests/property/kinds-samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const rule = { id: 'no-cron', absent: { match: 'CRON', for: '1h' }, alert: {} };
const cron = (at: number) => eventAt(at, 'CRON[1]: ls');

describe('absent', () => {
  test('raises when no line came for its time, once, and is over when one comes', () => {
    const engine = engineFrom([rule]);
    engine.step(sourceAt(hour));
    engine.step(cron(2 * hour - 1));
    expect(engine.step(tickAt(3 * hour - 2))).toEqual([]);
    expect(engine.step(tickAt(9 * hour))).toMatchObject([
      {
        type: 'raise',
        rule: 'no-cron',
        key: [],
        now: 3 * hour - 1,
        clears: true,
        occurrence: { count: 1, first: 2 * hour - 1, window: hour, line: 'no such line for 1h' },
      },
    ]);
    expect(engine.step(cron(10 * hour))).toMatchObject([{ type: 'clear', rule: 'no-cron', key: [] }]);
    expect(engine.nextWake()).toBe(11 * hour);
    expect(engine.counters()[0]).toMatchObject({ matched: 3, raised: 1, absorbed: { alive: 2 } });
  });

  test('raises when no line ever came', () => {
    const engine = engineFrom([rule]);
    engine.step(sourceAt(hour));
    expect(raisesOf(engine.step(tickAt(2 * hour)))).toMatchObject([
      { occurrence: { count: 0, first: hour } },
    ]);
  });

  test.each(['reading', 'unreadable', 'gone'] as const)(
    'no time counts while a source is %s',
    (condition) => {
      const engine = engineFrom([rule]);
      engine.step(sourceAt(hour));
      engine.step(sourceAt(hour + 50 * minute, condition));
      expect(engine.step(tickAt(9 * hour))).toEqual([]);
      expect(engine.nextWake()).toBeUndefined();
      engine.step(sourceAt(9 * hour));
      expect(engine.nextWake()).toBe(9 * hour + 10 * minute);
    },
  );

  test('no time counts before every source of the rule has said where it is', () => {
    const silent = engineFrom([rule]);
    silent.step(tickAt(hour));
    expect(silent.step(tickAt(9 * hour))).toEqual([]);
    const two = engineFrom([rule], { sources: ['app', 'db'] });
    two.step(sourceAt(hour));
    expect(two.step(tickAt(9 * hour))).toEqual([]);
    two.step(sourceAt(9 * hour, 'atEnd', 'db'));
    expect(two.nextWake()).toBe(10 * hour);
    const bound = engineFrom([{ ...rule, from: 'db' }], { sources: ['app', 'db'] });
    bound.step(sourceAt(hour, 'atEnd', 'db'));
    expect(bound.nextWake()).toBe(2 * hour);
  });

  test('a clock that does not run yet counts nothing', () => {
    const engine = engineFrom([rule]);
    engine.step(sourceAt(0));
    expect(engine.step(tickAt(100 * hour))).toEqual([]);
    expect(engine.nextWake()).toBe(101 * hour);
  });

  test('each key is missed once it was seen', () => {
    const engine = engineFrom([
      { ...rule, key: 'host', absent: { match: 'alive (?<host>\\w+)', for: '1h' } },
    ]);
    engine.step(sourceAt(1));
    engine.step(eventAt(minute, 'alive a'));
    engine.step(eventAt(2 * minute, 'alive b'));
    engine.step(eventAt(50 * minute, 'alive a'));
    const raises = raisesOf(engine.step(tickAt(9 * hour)));
    expect(raises.map(({ key, now }) => [key[0], now])).toEqual([
      ['b', hour + 2 * minute],
      ['a', hour + 50 * minute],
    ]);
    expect(raises[0]?.occurrence.fields).toEqual({ host: 'b' });
  });

  test('where a context forbids it, the time begins anew', () => {
    const engine = engineFrom([
      { id: 'on', match: 'maintenance', set: { context: 'm', for: '1h' } },
      { ...rule, unless: 'm' },
    ]);
    engine.step(sourceAt(hour));
    engine.step(eventAt(hour + 30 * minute, 'maintenance', { rules: [0, 1] }));
    expect(engine.step(tickAt(2.9 * hour))).toEqual([]);
    expect(raisesOf(engine.step(tickAt(9 * hour)))).toMatchObject([{ now: 3 * hour }]);
    expect(engine.counters()[1]).toMatchObject({ matched: 2, raised: 1, absorbed: { unless: 1 } });
  });

  test('lines count in maintenance too', () => {
    const engine = engineFrom([
      { id: 'on', match: 'maintenance', set: { context: 'm', for: '1h' } },
      { ...rule, unless: 'm' },
    ]);
    engine.step(sourceAt(hour));
    engine.step(eventAt(1.5 * hour, 'maintenance', { rules: [0, 1] }));
    engine.step(eventAt(1.9 * hour, 'CRON', { rules: [0, 1] }));
    expect(engine.nextWake()).toBe(2.5 * hour);
    expect(raisesOf(engine.step(tickAt(9 * hour)))).toMatchObject([{ now: 2.9 * hour }]);
  });

  test('a restart keeps what was counted', () => {
    const first = engineFrom([rule]);
    first.step(cron(hour - 1));
    first.step(sourceAt(hour));
    first.step(sourceAt(hour + 40 * minute, 'reading'));
    const second = engineFrom([rule]);
    second.restore(stored([first.changes()]));
    second.step(sourceAt(5 * hour));
    expect(second.nextWake()).toBe(5 * hour + 20 * minute);
  });
});
