import { describe, expect, test } from 'vitest';
import { eventAt } from '../../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf } from '../../../tests/property/kinds-samples.ts';

const minute = 60_000;
const at = (time: number, text: string, now = time) => eventAt(time, text, { now, rules: [0, 1, 2] });

describe('together', () => {
  const rule = {
    id: 'both',
    key: 'ip',
    together: {
      within: '5m',
      of: [{ match: 'scan by (?<ip>\\w+)' }, { match: 'flood by (?<ip>\\w+) on (?<port>\\d+)' }],
    },
    alert: {},
  };

  test('raises when all came within its time, in any order, both ends included', () => {
    const engine = engineFrom([rule]);
    expect(engine.step(at(minute, 'flood by a on 80'))).toEqual([]);
    expect(engine.step(at(2 * minute, 'scan by b'))).toEqual([]);
    expect(raisesOf(engine.step(at(6 * minute, 'scan by a')))).toMatchObject([
      {
        key: ['a'],
        quiet: 5 * minute,
        occurrence: {
          count: 2,
          first: minute,
          last: 6 * minute,
          window: 5 * minute,
          line: 'scan by a',
          fields: { ip: 'a', port: '80' },
        },
      },
    ]);
    expect(engine.step(at(6 * minute + 1, 'scan by a'))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ matched: 4, raised: 1, absorbed: { step: 3 } });
  });

  test('a line that comes late is put in its place', () => {
    const engine = engineFrom([rule], { late: 10 * minute });
    engine.step(at(20 * minute, 'scan by a'));
    expect(engine.step(at(14 * minute, 'flood by a on 1', 20 * minute))).toEqual([]);
    expect(raisesOf(engine.step(at(12 * minute, 'scan by a', 20 * minute)))).toMatchObject([
      { occurrence: { first: 12 * minute, last: 14 * minute } },
    ]);
    engine.step(at(9 * minute, 'flood by a on 2', 20 * minute));
    expect(engine.counters()[0]).toMatchObject({ absorbed: { step: 2, late: 1 } });
  });

  test('a flood of one does not hide the other, in bounded room', () => {
    const engine = engineFrom([rule]);
    engine.step(at(0, 'flood by a on 80'));
    for (let time = 1; time < 1000; time += 1) engine.step(at(time, 'scan by a'));
    expect(raisesOf(engine.step(at(1000, 'scan by a')))).toHaveLength(1);
    expect(JSON.stringify(engine.changes()).length).toBeLessThan(6000);
  });
});

describe('raises of other rules', () => {
  const count = {
    id: 'guessing',
    key: 'ip',
    match: 'failed from (?<ip>\\w+)',
    count: { reach: 2, within: '1m' },
  };
  const both = {
    id: 'both',
    key: 'ip',
    together: { within: '5m', of: [{ rule: 'guessing' }, { match: 'flood by (?<ip>\\w+)' }] },
  };

  test.each([
    ['after', [count, { ...both, alert: {} }]],
    ['before', [{ ...both, alert: {} }, count]],
  ])('are heard in the same step, by a rule %s them too', (_where, rules) => {
    const engine = engineFrom(rules);
    engine.step(at(1, 'flood by a'));
    engine.step(at(2, 'failed from a'));
    expect(raisesOf(engine.step(at(3, 'failed from a')))).toMatchObject([
      { rule: 'both', key: ['a'], occurrence: { count: 2, first: 1, last: 3, fields: { ip: 'a' } } },
    ]);
    // The line and the raise it came to are a match each.
    const counters = engine.counters().find(({ rule }) => rule === 'both');
    expect(counters).toMatchObject({ matched: 2, raised: 1, absorbed: { step: 1 } });
  });

  test('go on through several rules, in rule order', () => {
    const engine = engineFrom([
      { id: 'c', together: { within: '1m', of: [{ rule: 'b' }, { rule: 'a' }] }, alert: {} },
      { id: 'b', together: { within: '1m', of: [{ rule: 'a' }, { match: 'x' }] }, alert: {} },
      { id: 'a', match: 'x', alert: {} },
    ]);
    expect(raisesOf(engine.step(at(1, 'x'))).map(({ rule, ordinal }) => [rule, ordinal])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  test('that a timer made are heard too, and contexts hold them back', () => {
    const waits = { id: 'w', match: 'begin', expect: { match: 'end', within: '1m' } };
    const rules = [
      { id: 'on', match: 'quiet', set: { context: 'quiet', for: '1m' } },
      waits,
      {
        id: 'both',
        unless: 'quiet',
        together: { within: '5m', of: [{ rule: 'w' }, { match: 'flood' }] },
        alert: {},
      },
    ];
    const engine = engineFrom(rules);
    for (const input of [at(1, 'flood'), at(2, 'begin')]) engine.step(input);
    expect(raisesOf(engine.step(at(minute + 2, 'begin')))).toHaveLength(1);
    engine.step(at(minute + 3, 'quiet'));
    expect(raisesOf(engine.step(at(2 * minute + 2, 'x')))).toEqual([]);
    expect(engine.counters()[2]).toMatchObject({ absorbed: { unless: 1, step: 1 } });
  });
});
