import { describe, expect, test } from 'vitest';
import type { Effect } from '../model/effect.ts';
import { millis, seconds } from '../model/time.ts';
import {
  alerting,
  counting,
  eventAt,
  matchPorts,
  programOf,
  tickAt,
  type RuleSketch,
} from '../../tests/property/engine-samples.ts';
import { createEngine } from './engine.ts';

const engineOf = (...rules: RuleSketch[]) =>
  createEngine(programOf(rules), { match: matchPorts, limits: { keysPerRule: 3 }, late: seconds(600) });

const raisesOf = (effects: readonly Effect[]) => effects.filter((effect) => effect.type === 'raise');

describe('each', () => {
  test('raises for every matching event, with its groups over its fields', () => {
    const engine = engineOf({ id: 'a', source: 'bird (?<bird>\\w+)', key: ['bird'] });
    const [effect] = engine.step(eventAt(1000, 'bird owl', { fields: { bird: 'none', nest: 'oak' } }));
    expect(effect).toMatchObject({
      type: 'raise',
      rule: 'a',
      key: ['owl'],
      severity: 'warning',
      now: 1000,
      ordinal: 0,
      occurrence: {
        count: 1,
        first: 1000,
        last: 1000,
        fields: { bird: 'owl', nest: 'oak' },
        line: 'bird owl',
      },
    });
    expect(engine.step(eventAt(1001, 'cat'))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ matched: 1, raised: 1, absorbed: {} });
  });

  test('numbers the raises of one input in rule order', () => {
    const engine = engineOf({ id: 'b', source: 'x' }, { id: 'a', source: 'x' });
    const effects = raisesOf(engine.step(eventAt(5, 'x', { rules: [0, 1] })));
    expect(effects.map(({ rule, ordinal, seq }) => [rule, ordinal, seq])).toEqual([
      ['b', 0, 5],
      ['a', 1, 5],
    ]);
  });

  test('unnamed groups are fields only where nothing has a name', () => {
    const engine = engineOf({ id: 'a', source: '(x)(?<n>y)' }, { id: 'b', source: '(x)(y)' });
    const effects = raisesOf(engine.step(eventAt(5, 'xy', { rules: [0, 1] })));
    expect(effects.map(({ occurrence }) => occurrence.fields)).toEqual([{ n: 'y' }, { '1': 'x', '2': 'y' }]);
  });

  test('a rule may ask for a group by its number where another has a name', () => {
    const engine = engineOf(
      { id: 'a', source: '(x|z)(?<n>y)', key: ['1'] },
      { id: 'b', source: '(x)|(?<n>y)', key: ['n'] },
    );
    const effects = raisesOf(engine.step(eventAt(5, 'xy', { rules: [0, 1] })));
    expect(effects.map(({ key, occurrence }) => [key, occurrence.fields])).toEqual([
      [['x'], { n: 'y' }],
      [[''], { '1': 'x' }],
    ]);
  });

  test('leaves events of other sources alone', () => {
    const engine = engineOf({ id: 'a', source: 'x', from: ['auth'] });
    expect(engine.step(eventAt(1, 'x'))).toEqual([]);
    expect(engine.step(eventAt(2, 'x', { source: 'auth' }))).toHaveLength(1);
  });

  test('exceptions absorb, also by what the pattern captured', () => {
    const except = [{ type: 'field', field: 'ip', test: { op: 'in', values: ['10.0.0.0/8'] } }] as const;
    const engine = engineOf({ id: 'a', source: 'from (?<ip>\\S+)', except });
    expect(engine.step(eventAt(1, 'from 10.1.2.3'))).toEqual([]);
    expect(engine.step(eventAt(2, 'from 192.0.2.1'))).toHaveLength(1);
    expect(engine.counters()[0]).toMatchObject({ matched: 2, raised: 1, absorbed: { excepted: 1 } });
  });

  test('a match that was cut off is counted and noted, at powers of ten', () => {
    const engine = createEngine(programOf([{ id: 'a', source: '(a+)+$' }]), {
      match: { ...matchPorts, isLinear: () => false, guarded: () => 'timedOut' },
      limits: { keysPerRule: 3 },
      late: millis(0),
    });
    const notes = Array.from({ length: 12 }, (_, at) => engine.step(eventAt(at * 60_000, 'aaaa!'))).flat();
    expect(notes.map((note) => note.type === 'note' && note.code)).toEqual([
      'match-timed-out',
      'match-timed-out',
    ]);
    expect(engine.counters()[0]).toMatchObject({ matched: 0, timedOut: 12 });
  });
});

describe('clear', () => {
  const rule: RuleSketch = {
    id: 'a',
    source: 'down (?<host>\\w+)',
    key: ['host'],
    actions: [alerting({ clear: { below: 1, within: seconds(60) } })],
  };

  test('comes when no match came for its time, at that time', () => {
    const engine = engineOf(rule);
    expect(engine.step(eventAt(1000, 'down w1'))[0]).toMatchObject({ clears: true });
    engine.step(eventAt(31_000, 'down w1'));
    expect(engine.nextWake()).toBe(91_000);
    expect(engine.step(tickAt(90_999))).toEqual([]);
    const why = 'no match for 1m';
    expect(engine.step(tickAt(200_000))).toEqual([
      { type: 'clear', rule: 'a', key: ['w1'], now: 91_000, why },
    ]);
    expect(engine.nextWake()).toBeUndefined();
  });

  test('fires before an event of a later time, in order of due time', () => {
    const engine = engineOf(rule);
    engine.step(eventAt(1000, 'down w2'));
    engine.step(eventAt(1000, 'down w1'));
    engine.step(eventAt(2000, 'down w2'));
    const effects = engine.step(eventAt(100_000, 'down w1'));
    expect(effects.map((effect) => [effect.type, 'key' in effect && effect.key[0]])).toEqual([
      ['clear', 'w1'],
      ['clear', 'w2'],
      ['raise', 'w1'],
    ]);
  });

  test('matches that raised nothing hold it up too', () => {
    const actions = [alerting({ clear: { below: 2, within: seconds(60) } })];
    const engine = engineOf({ ...counting('a', 'x', { reach: 3, within: 10_000 }), actions });
    for (const at of [0, 1000, 2000, 50_000, 55_000, 100_000]) engine.step(eventAt(at, 'x'));
    // The two newest are of 55 s and 100 s: one is left 60 s after the former.
    expect(engine.nextWake()).toBe(115_000);
    expect(engine.step(tickAt(115_000))).toMatchObject([
      { type: 'clear', why: 'fewer than 2 matches in the last 1m' },
    ]);
  });

  test('a key that gives way is not left open', () => {
    const engine = engineOf(rule);
    const effects = ['a', 'b', 'c', 'd'].flatMap((host, at) => engine.step(eventAt(at, `down ${host}`)));
    expect(effects.filter(({ type }) => type === 'clear')).toMatchObject([{ key: ['a'] }]);
  });
});

test('the clock never goes back', () => {
  const engine = engineOf({ id: 'a', source: 'x' });
  engine.step(tickAt(5000));
  expect(engine.step(eventAt(4000, 'x'))).toMatchObject([{ now: 5000, occurrence: { first: 4000 } }]);
  expect(engine.now()).toBe(5000);
});

test('a rule that cannot work says why and matches nothing', () => {
  const engine = engineOf({ id: 'a', source: '(', kind: 'each' }, { id: 'b', source: 'x', kind: 'nonsense' });
  expect(engine.diagnostics.map(({ severity }) => severity)).toEqual(['error', 'error']);
  expect(engine.step(eventAt(1, 'x', { rules: [0, 1] }))).toEqual([]);
});

describe('rows', () => {
  const rule = counting('a', 'x (?<k>\\w+)', { reach: 2, within: 60_000 }, ['k']);

  test('only what changed is written', () => {
    const engine = engineOf(rule);
    engine.step(eventAt(1, 'x one'));
    engine.step(eventAt(1, 'x two'));
    expect(engine.changes().map(({ scope, key }) => [scope, key])).toEqual([
      ['', 'clock'],
      ['a', 'counters'],
      ['a', '["one"]'],
      ['a', '["two"]'],
    ]);
    engine.step(eventAt(2, 'x two'));
    expect(engine.changes().map(({ key }) => key)).toEqual(['clock', 'counters', '["two"]']);
    expect(engine.changes()).toEqual([]);
  });

  test('a key that expired takes its row along', () => {
    const engine = engineOf(rule);
    engine.step(eventAt(1, 'x one'));
    engine.changes();
    engine.step(tickAt(700_000));
    expect(engine.changes()).toContainEqual({ scope: 'a', key: '["one"]', hash: 'hash of a' });
    expect(engine.nextWake()).toBeUndefined();
  });

  test('state of a changed rule is dropped and said; its counters stay', () => {
    const before = engineOf(rule, {
      id: 'gone',
      source: 'y',
      actions: [alerting({ clear: { below: 1, within: seconds(1) } })],
    });
    before.step(eventAt(1, 'x one'));
    before.step(eventAt(1, 'y', { rules: [1] }));
    const engine = engineOf({ ...rule, hash: 'another' });
    engine.restore(before.changes());
    expect(engine.dropped()).toEqual([
      { rule: 'a', rows: 1, why: 'changed' },
      { rule: 'gone', rows: 1, why: 'gone' },
    ]);
    expect(engine.counters()[0]).toMatchObject({ matched: 1, absorbed: { window: 1 } });
    expect(engine.step(eventAt(2, 'x one'))).toEqual([]);
    expect(engine.changes().filter(({ value }) => value === undefined)).toHaveLength(2);
  });
});
