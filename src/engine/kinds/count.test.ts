import { describe, expect, test } from 'vitest';
import { counting, eventAt, matchPorts, programOf, tickAt } from '../../../tests/property/engine-samples.ts';
import type { JsonObject } from '../../model/json.ts';
import { seconds } from '../../model/time.ts';
import { createEngine, type Engine } from '../engine.ts';
import { ruleKinds } from '../registry.ts';
import { count } from './count.ts';

const pattern = 'failed for (?<user>\\w+) from (?<ip>\\S+)';

const engineOf = (options: JsonObject, keysPerRule = 3): Engine =>
  createEngine(programOf([counting('brute', pattern, options, ['ip'])]), {
    match: matchPorts,
    limits: { keysPerRule },
    late: seconds(60),
  });

const login = (at: number, user = 'root', ip = '192.0.2.1') => eventAt(at, `failed for ${user} from ${ip}`);

describe('options', () => {
  test('take what users write and give milliseconds', () => {
    const parsed = count.options.safeParse({ reach: 5, within: '1m30s', distinct: 'user' });
    expect(parsed.data).toEqual({ reach: 5, within: 90_000, distinct: 'user' });
  });

  test.each([
    [{ reach: 0, within: '1m' }],
    [{ reach: 2, within: '0s' }],
    [{ reach: 2, within: 'soon' }],
    [{ reach: 2, within: 60 }],
    [{ reach: 1.5, within: '1m' }],
    [{ reach: 2, within: '1m', distinc: 'user' }],
    [{ within: '1m' }],
  ])('refuse %j', (options) => {
    expect(count.options.safeParse(options).success).toBe(false);
  });

  test('every kind has a name of its own', () => {
    expect(new Set(ruleKinds.map(({ kind }) => kind)).size).toBe(ruleKinds.length);
  });
});

describe('count', () => {
  test('raises at every event while enough are in the window, both ends included', () => {
    const engine = engineOf({ reach: 3, within: 60_000 });
    const at = [0, 30_000, 60_000, 60_001, 90_001, 200_000];
    const raises = at.map((time) => engine.step(login(time))[0]);
    expect(raises.map((raise) => raise?.type === 'raise' && raise.occurrence.count)).toEqual([
      false,
      false,
      3,
      3,
      3,
      false,
    ]);
    expect(raises[2]).toMatchObject({
      key: ['192.0.2.1'],
      occurrence: { first: 0, last: 60_000, window: 60_000 },
    });
    expect(engine.counters()[0]).toMatchObject({ matched: 6, raised: 3, absorbed: { window: 3 } });
  });

  test('counts keys apart', () => {
    const engine = engineOf({ reach: 2, within: 60_000 });
    expect(engine.step(login(0, 'root', '192.0.2.1'))).toEqual([]);
    expect(engine.step(login(1, 'root', '192.0.2.2'))).toEqual([]);
    expect(engine.step(login(2, 'root', '192.0.2.2'))).toHaveLength(1);
  });

  test('counts different values, and lists them', () => {
    const engine = engineOf({ reach: 3, within: 60_000, distinct: 'user' });
    const effects = ['ann', 'ann', 'bob', 'ann', 'eve'].map((user, at) => engine.step(login(at, user)));
    expect(effects.map(({ length }) => length)).toEqual([0, 0, 0, 0, 1]);
    expect(effects[4]?.[0]).toMatchObject({ occurrence: { count: 5, distinct: ['ann', 'bob', 'eve'] } });
  });

  test('an event without the counted field is absorbed as such', () => {
    const engine = engineOf({ reach: 1, within: 60_000, distinct: 'door' });
    expect(engine.step(login(0))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ matched: 1, absorbed: { unkeyed: 1 } });
  });

  test('an event too far behind is absorbed as late, one in time is put in its place', () => {
    const engine = engineOf({ reach: 2, within: 10_000 });
    engine.step(login(100_000));
    expect(engine.step(eventAt(39_999, 'failed for root from 192.0.2.1', { now: 100_001 }))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ absorbed: { late: 1 } });
    engine.step(eventAt(45_000, 'failed for root from 192.0.2.1', { now: 100_002 }));
    const [raise] = engine.step(eventAt(40_000, 'failed for root from 192.0.2.1', { now: 100_003 }));
    expect(raise).toMatchObject({ occurrence: { count: 2, first: 40_000, last: 45_000 } });
  });
});

describe('limits', () => {
  test('the oldest key gives way, and that is said at powers of ten', () => {
    const engine = engineOf({ reach: 2, within: 60_000 }, 2);
    const effects = Array.from({ length: 13 }, (_, at) =>
      engine.step(login(at, 'root', `192.0.2.${at}`)),
    ).flat();
    expect(effects.map((effect) => effect.type === 'note' && effect.code)).toEqual([
      'keys-per-rule',
      'keys-per-rule',
    ]);
    expect(engine.counters()[0]).toMatchObject({ matched: 13, evicted: 11 });
    expect(engine.step(login(20, 'root', '192.0.2.12'))).toHaveLength(1);
    expect(engine.step(login(21, 'root', '192.0.2.0')).filter(({ type }) => type === 'raise')).toEqual([]);
  });

  test('a key is forgotten when nothing can count together with it any more', () => {
    const engine = engineOf({ reach: 2, within: 10_000 });
    engine.step(login(1000));
    expect(engine.nextWake()).toBe(1000 + 10_000 + 60_000 + 1);
    engine.step(tickAt(71_001));
    expect(engine.nextWake()).toBeUndefined();
  });

  test('a value of any length takes little room, and different ones stay different', () => {
    const engine = engineOf({ reach: 2, within: 10_000, distinct: 'user' });
    const long = 'x'.repeat(100_000);
    engine.step(login(0, `${long}1`));
    const [raise] = engine.step(login(1, `${long}2`));
    expect(raise).toMatchObject({ occurrence: { count: 2 } });
    expect(JSON.stringify(engine.changes()).length).toBeLessThan(3000);
  });
});

test('once: after a raise nothing counts until the window that was full is over', () => {
  const engine = engineOf({ reach: 2, within: seconds(10), once: true });
  const raised = [0, 4, 6, 10, 11, 12, 30, 39, 41].filter((at) =>
    engine.step(login(at * 1000)).some(({ type }) => type === 'raise'),
  );
  expect(raised).toEqual([4, 12, 39]);
  expect(engine.counters()[0]).toMatchObject({ matched: 9, raised: 3, absorbed: { window: 6 } });
});

test('once: a line from long before the window that raised is late, whether that window is over or not', () => {
  const engine = engineOf({ reach: 2, within: seconds(10), once: true });
  for (const at of [1000, 1001, 930, 1005]) engine.step(login(at * 1000));
  expect(engine.counters()[0]).toMatchObject({ raised: 1, absorbed: { window: 2, late: 1 } });
  for (const at of [1020, 950]) engine.step(login(at * 1000));
  expect(engine.counters()[0]).toMatchObject({ raised: 1, absorbed: { window: 3, late: 2 } });
});
