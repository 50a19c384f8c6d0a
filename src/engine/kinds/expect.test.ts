import { describe, expect, test } from 'vitest';
import { eventAt, tickAt } from '../../../tests/property/engine-samples.ts';
import { complaintsOf, engineFrom, raisesOf } from '../../../tests/property/kinds-samples.ts';

const hour = 3_600_000;
const rule = {
  id: 'backup',
  key: 'job',
  match: 'backup (?<job>\\w+) started',
  expect: { match: 'backup (?<job>\\w+) finished', within: '2h' },
  alert: {},
};
const started = (at: number, job = 'etc', now = at) => eventAt(at, `backup ${job} started`, { now });
const finished = (at: number, job = 'etc', now = at) => eventAt(at, `backup ${job} finished`, { now });

describe('expect', () => {
  test('raises when the line does not come, at that time, with the line that began it', () => {
    const engine = engineFrom([rule]);
    expect(engine.step(started(hour))).toEqual([]);
    expect(engine.nextWake()).toBe(3 * hour);
    expect(engine.step(tickAt(3 * hour - 1))).toEqual([]);
    expect(engine.step(tickAt(5 * hour))).toMatchObject([
      {
        type: 'raise',
        key: ['etc'],
        now: 3 * hour,
        clears: true,
        occurrence: { line: 'backup etc started', first: hour, window: 2 * hour, fields: { job: 'etc' } },
      },
    ]);
    expect(engine.counters()[0]).toMatchObject({ matched: 2, raised: 1, absorbed: { waiting: 1 } });
  });

  test('is silent when it comes, for its own key only', () => {
    const engine = engineFrom([rule]);
    engine.step(started(hour));
    engine.step(started(hour, 'home'));
    expect(engine.step(finished(2 * hour))).toEqual([]);
    expect(raisesOf(engine.step(tickAt(4 * hour))).map(({ key }) => key)).toEqual([['home']]);
  });

  test('a line of the same moment ends it, one of an earlier moment does not', () => {
    const engine = engineFrom([rule]);
    engine.step(started(hour));
    engine.step(finished(hour - 1, 'etc', hour));
    expect(engine.nextWake()).toBeDefined();
    engine.step(finished(hour));
    expect(raisesOf(engine.step(tickAt(9 * hour)))).toEqual([]);
  });

  test('the line of the job before does not end the wait of the next, in the same moment', () => {
    const engine = engineFrom([rule]);
    engine.step(finished(hour));
    engine.step(started(hour));
    expect(raisesOf(engine.step(tickAt(3 * hour)))).toHaveLength(1);
  });

  test('a beginning that is read after its end begins nothing', () => {
    const engine = engineFrom([rule], { late: hour });
    engine.step(finished(2 * hour));
    engine.step(started(hour + 1, 'etc', 2 * hour + 1));
    expect(raisesOf(engine.step(tickAt(9 * hour)))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ matched: 2, absorbed: { expected: 2 } });
  });

  test('what comes after all ends the alert; what is older than its beginning does not', () => {
    const engine = engineFrom([rule]);
    engine.step(started(hour));
    engine.step(tickAt(3 * hour));
    expect(engine.step(finished(hour - 1, 'etc', 3 * hour))).toEqual([]);
    expect(engine.step(finished(4 * hour))).toMatchObject([{ type: 'clear', key: ['etc'], rule: 'backup' }]);
    expect(engine.step(finished(5 * hour))).toEqual([]);
    engine.step(tickAt(9 * hour));
    expect(engine.nextWake()).toBeUndefined();
  });

  test('each beginning waits for itself, and one end is enough for those before it', () => {
    const engine = engineFrom([rule]);
    for (const at of [1, 2, 3]) engine.step(started(at * hour));
    // Read late: it belongs between the first and the second.
    engine.step(finished(1.5 * hour, 'etc', 3 * hour));
    const effects = engine.step(tickAt(9 * hour));
    expect(raisesOf(effects).map(({ now }) => now)).toEqual([4 * hour, 5 * hour]);
  });

  test('a flood of beginnings takes bounded room', () => {
    const engine = engineFrom([rule]);
    for (let at = 0; at < 1000; at += 1) engine.step(started(hour + at));
    expect(JSON.stringify(engine.changes()).length).toBeLessThan(8000);
    expect(engine.counters()[0]).toMatchObject({ matched: 1000, absorbed: { waiting: 1000 } });
    expect(raisesOf(engine.step(tickAt(9 * hour)))).toHaveLength(8);
  });

  test('the oldest of too many keys gives way, and its alert is not left open', () => {
    const engine = engineFrom([rule], { keysPerRule: 2 });
    engine.step(started(1, 'a'));
    engine.step(tickAt(3 * hour));
    engine.step(started(4 * hour, 'b'));
    expect(engine.step(started(4 * hour, 'c')).map(({ type }) => type)).toEqual(['clear', 'note']);
  });
});

describe('contexts', () => {
  const busy = { id: 'busy', match: 'busy', set: { context: 'busy', for: '90m' } };

  test('keep a wait from beginning and from raising, not from ending', () => {
    const engine = engineFrom([busy, { ...rule, unless: 'busy' }]);
    const step = (input: ReturnType<typeof started>) =>
      engine.step({ ...input, rules: [0, 1] } as typeof input);
    step(eventAt(hour, 'busy'));
    step(started(1.1 * hour, 'never'));
    step(started(2.6 * hour, 'ends'));
    step(started(2.6 * hour, 'fails'));
    step(eventAt(4 * hour, 'busy'));
    step(finished(4.1 * hour, 'ends'));
    expect(step(tickAt(9 * hour))).toEqual([]);
    expect(engine.counters()[1]).toMatchObject({
      matched: 5,
      raised: 0,
      absorbed: { unless: 2, waiting: 2, expected: 1 },
    });
  });
});

test('needs a match of its own, and one to expect', () => {
  expect(complaintsOf({ id: 'r', expect: { match: 'b', within: '1m' }, alert: {} })).toEqual([
    '0 config.missing-key missing key "match" in rules.r',
  ]);
  expect(complaintsOf({ id: 'r', match: 'a', expect: { within: '1m' }, alert: {} })).toHaveLength(1);
});
