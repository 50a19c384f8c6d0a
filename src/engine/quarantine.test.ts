import { expect, test } from 'vitest';
import type { Effect } from '../model/effect.ts';
import { toJson } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Rule } from '../model/program.ts';
import { instant, millis } from '../model/time.ts';
import { matchPorts } from '../../tests/property/engine-samples.ts';
import { createEngine, type Engine } from './engine.ts';

const origin = { dialect: 'native', file: 'rules.yaml', line: 7, column: 3 } as const;
const rule: Rule = {
  id: 'runaway',
  kind: 'each',
  pattern: { type: 'regex', source: 'x', scope: 'line', origin },
  except: [],
  key: [],
  options: {},
  actions: [{ type: 'alert', severity: 'warning' }],
  origin,
  hash: 'h',
};
/** Every match runs away. */
const match = { ...matchPorts, isLinear: () => false, guarded: () => 'timedOut' as const };

const create = (): Engine =>
  createEngine({ rules: [rule], hash: 'h' }, { match, limits: { keysPerRule: 10 }, late: millis(0) });

const start = 1_790_000_000_000;

/** A line at a second after the start. */
function step(engine: Engine, second: number): Effect[] {
  const now = instant(start + second * 1000);
  const event = {
    at: now,
    receivedAt: now,
    source: 's',
    stream: 'f',
    offset: 0,
    line: 'x',
    text: 'x',
    fields: {},
  };
  return engine.step({ type: 'event', seq: second, now, event, rules: [0] });
}

const raised = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'raise' ? [`${effect.rule} ${effect.key.join()}`] : []));

test('a rule whose matches are cut off again and again is set aside, told of, and tried again', () => {
  const engine = create();
  for (let second = 0; second < 9; second += 1) expect(raised(step(engine, second))).toEqual([]);
  const effects = step(engine, 9);
  expect(raised(effects)).toEqual(['sentinel/rule-quarantined runaway']);
  expect(effects.filter(({ type }) => type === 'note')).toEqual([
    expect.objectContaining({ code: 'match-timed-out' }),
    expect.objectContaining({ code: 'rule-quarantined', text: expect.stringContaining('rules.yaml:7:3: ') }),
  ]);
  for (let second = 10; second < 609; second += 1) step(engine, second);
  expect(engine.counters()).toMatchObject([{ timedOut: 10, skipped: 599, matched: 0 }]);
  step(engine, 609);
  expect(engine.counters()).toMatchObject([{ timedOut: 11, skipped: 599 }]);
});

test('now and then a match may be cut off', () => {
  const engine = create();
  for (let times = 0; times < 50; times += 1) expect(raised(step(engine, times * 7))).toEqual([]);
  expect(engine.counters()).toMatchObject([{ timedOut: 50, skipped: 0 }]);
});

test('a restart does not end it', () => {
  const engine = create();
  for (let second = 0; second < 10; second += 1) step(engine, second);
  const again = create();
  again.restore(toJson(engine.changes()) as unknown as Row[]);
  step(again, 11);
  expect(again.counters()).toMatchObject([{ timedOut: 10, skipped: 1 }]);
});
