import { describe, expect, test } from 'vitest';
import { eventAt } from '../../../tests/property/engine-samples.ts';
import { complaintsOf, engineFrom, raisesOf } from '../../../tests/property/kinds-samples.ts';

const minute = 60_000;
const rule = {
  id: 'break-in',
  key: 'user',
  sequence: {
    within: '10m',
    steps: [
      { match: 'failed for (?<user>\\w+) from (?<ip>\\S+)', times: 3 },
      { match: 'accepted (?<how>\\w+) for (?<user>\\w+)' },
    ],
  },
  alert: {},
};
const failed = (at: number, user = 'ann', ip = '192.0.2.1', now = at) =>
  eventAt(at, `failed for ${user} from ${ip}`, { now });
const accepted = (at: number, user = 'ann', now = at) => eventAt(at, `accepted key for ${user}`, { now });

const engineOf = (late = 0) => engineFrom([rule], { late });

describe('sequence', () => {
  test('raises at the last step when all steps came before it, with what all of them found', () => {
    const engine = engineOf();
    for (const at of [0, 1, 2]) expect(engine.step(failed(minute + at))).toEqual([]);
    const [raise] = raisesOf(engine.step(accepted(2 * minute)));
    expect(raise).toMatchObject({
      rule: 'break-in',
      key: ['ann'],
      quiet: 10 * minute,
      occurrence: {
        count: 4,
        first: minute,
        last: 2 * minute,
        window: 10 * minute,
        line: 'accepted key for ann',
        fields: { user: 'ann', ip: '192.0.2.1', how: 'key' },
      },
    });
    expect(engine.counters()[0]).toMatchObject({ matched: 4, raised: 1, absorbed: { step: 3 } });
  });

  test('wants every step, in order, of one key, in time', () => {
    const engine = engineOf();
    const silent = [
      accepted(1),
      failed(2),
      failed(3),
      accepted(4),
      failed(5, 'bob'),
      accepted(6, 'bob'),
      failed(7),
      accepted(7 + 10 * minute),
    ];
    expect(silent.flatMap((input) => engine.step(input))).toEqual([]);
  });

  test('measures from the newest beginning, both ends included', () => {
    const engine = engineOf();
    for (const at of [0, 5, 6, 7]) engine.step(failed(minute + at));
    expect(engine.step(accepted(11 * minute + 5))).toHaveLength(1);
    expect(engine.step(accepted(11 * minute + 6))).toEqual([]);
  });

  test('lines of the same moment count in the order in which they were read', () => {
    const engine = engineOf();
    for (const _ of 'abc') engine.step(failed(1000));
    expect(engine.step(accepted(1000))).toHaveLength(1);
    const other = engineOf();
    other.step(accepted(1000));
    expect(['a', 'b', 'c'].flatMap(() => other.step(failed(1000)))).toEqual([]);
  });

  test('a line that comes late is put in its place', () => {
    const engine = engineOf(5 * minute);
    engine.step(failed(minute));
    engine.step(accepted(4 * minute));
    engine.step(failed(2 * minute, 'ann', '192.0.2.2', 4 * minute));
    const [raise] = raisesOf(engine.step(failed(3 * minute, 'ann', '192.0.2.3', 5 * minute)));
    expect(raise?.occurrence).toMatchObject({ count: 4, first: minute, last: 4 * minute });
    // The same login is not told again.
    expect(engine.step(failed(3 * minute + 1, 'ann', '192.0.2.4', 5 * minute))).toEqual([]);
    expect(engine.step(accepted(4 * minute + 1, 'ann', 5 * minute))).toHaveLength(1);
  });

  test('a line that comes too late is absorbed as such', () => {
    const engine = engineOf(minute);
    engine.step(accepted(10 * minute));
    engine.step(failed(8 * minute, 'ann', '192.0.2.1', 10 * minute));
    expect(engine.counters()[0]).toMatchObject({ absorbed: { step: 1, late: 1 } });
  });

  test('in a flood only the newest lines make room for a late one', () => {
    const rules = [
      { id: 'r', sequence: { within: '1h', steps: [{ match: 'a' }, { match: 'b' }] }, alert: {} },
    ];
    const engine = engineFrom(rules, { late: minute });
    for (let at = 1; at <= 100; at += 1) engine.step(eventAt(1000 + at, 'b'));
    expect(engine.step(eventAt(1010, 'a', { now: 1100 }))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ absorbed: { step: 100, late: 1 } });
    expect(raisesOf(engine.step(eventAt(1090, 'a', { now: 1100 })))).toMatchObject([
      { occurrence: { last: 1100 } },
    ]);
  });

  test('a flood between the steps hides nothing', () => {
    const engine = engineFrom([
      {
        id: 'r',
        sequence: {
          within: '1h',
          steps: [{ match: 'begin' }, { match: 'noise', times: 2 }, { match: 'end' }],
        },
        alert: {},
      },
    ]);
    engine.step(eventAt(1, 'begin'));
    for (let at = 2; at < 5000; at += 1) engine.step(eventAt(at, 'noise'));
    expect(raisesOf(engine.step(eventAt(5000, 'end')))).toMatchObject([
      { occurrence: { first: 1, count: 4 } },
    ]);
    expect(JSON.stringify(engine.changes()).length).toBeLessThan(6000);
  });

  test('one line is one step, even if it fits two', () => {
    const engine = engineFrom([
      { id: 'r', sequence: { within: '1m', steps: [{ match: 'a' }, { match: 'b' }] }, alert: {} },
    ]);
    expect(engine.step(eventAt(1, 'a b'))).toEqual([]);
    expect(engine.step(eventAt(2, 'a b'))).toHaveLength(1);
    expect(engine.counters()[0]).toMatchObject({ matched: 2 });
  });

  test('a step can be the raise of another rule', () => {
    const engine = engineFrom([
      {
        id: 'after',
        key: 'user',
        sequence: {
          within: '1m',
          steps: [{ rule: 'guessing' }, { match: 'accepted \\w+ for (?<user>\\w+)' }],
        },
        alert: {},
      },
      { id: 'guessing', key: 'user', match: 'failed for (?<user>\\w+)', count: { reach: 2, within: '1m' } },
    ]);
    const all = [failed(1), failed(2), accepted(3)].map(({ ...input }) => ({ ...input, rules: [0, 1] }));
    expect(all.flatMap((input) => raisesOf(engine.step(input))).map(({ rule: id }) => id)).toEqual(['after']);
  });
});

test('a key that a step does not give is told', () => {
  const steps = [{ match: 'failed for (?<user>\\w+)' }, { match: 'accepted (?<usr>\\w+)' }];
  expect(complaintsOf({ ...rule, sequence: { within: '1m', steps } })).toEqual([
    '0.sequence.steps.1.match rule.unknown-field rules.break-in: "user" is neither a named group of this pattern nor a field of every line',
  ]);
});

test.each([
  [{ within: '1m', steps: [{ match: 'a' }] }],
  [{ within: '1m', steps: [{ match: 'a' }, { match: 'b', rule: 'c' }] }],
  [{ within: '1m', steps: [{ match: 'a' }, {}] }],
  [{ within: '1m', steps: [{ match: 'a' }, { match: 'b', times: 0 }] }],
  [{ steps: [{ match: 'a' }, { match: 'b' }] }],
])('options %j are refused', (sequence) => {
  expect(complaintsOf({ id: 'r', sequence, alert: {} })).not.toEqual([]);
});
