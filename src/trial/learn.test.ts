import { describe, expect, test } from 'vitest';
import type { Effect } from '../model/effect.ts';
import type { Rule } from '../model/program.ts';
import { instant, millis } from '../model/time.ts';
import { createLearner } from './learn.ts';

const rule = (id: string, kind: string, options: Rule['options'] = {}): Rule => ({
  id,
  kind,
  pattern: { type: 'literal', text: 'x', scope: 'either' },
  except: [],
  key: ['ip'],
  options,
  actions: [],
  origin: { dialect: 'native', file: 'f', line: 1, column: 1 },
  hash: id,
});

const minute = 60_000;

function raise(id: string, key: string, now: number, count?: number): Effect {
  const at = instant(now);
  const occurrence = {
    count: count ?? 1,
    first: at,
    last: at,
    fields: {},
    source: 's',
    stream: 's',
    offset: 0,
    line: 'x',
    ...(count === undefined ? {} : { window: millis(5 * minute) }),
  };
  return {
    type: 'raise',
    rule: id,
    key: [key],
    severity: 'warning',
    occurrence,
    now: at,
    seq: 0,
    ordinal: 0,
  };
}

function proposalsFor(one: Rule, raises: readonly Effect[]) {
  const learner = createLearner({ rules: [one], hash: '' });
  for (const effect of raises) learner.effect(effect);
  return learner.proposals().map(({ set, why }) => [set, why]);
}

describe('proposals', () => {
  test('a rule that tells of one thing every few minutes is to be quiet for as long as it helps', () => {
    // Each of 10 keys every 5 minutes for three hours.
    const raises = Array.from({ length: 360 }, (_, index) =>
      raise('each', `10.0.0.${index % 10}`, Math.floor(index / 10) * 5 * minute + (index % 10) * 1000),
    );
    const [quiet] = proposalsFor(rule('each', 'each'), raises);
    expect(quiet).toEqual(['quiet: 1h', 'told 30 times instead of 360, and when it is over']);
  });

  test('lines of one second are each told as long as nothing is quiet, and a stream again and again', () => {
    const burst = Array.from({ length: 30 }, () => raise('each', 'a', 0));
    expect(proposalsFor(rule('each', 'each'), burst)[0]?.[1]).toContain('told once instead of 30');
    const stream = Array.from({ length: 360 }, (_, index): Effect => {
      const effect = raise('each', 'a', index * 30_000);
      return effect.type === 'raise' ? { ...effect, quiet: millis(minute) } : effect;
    });
    expect(proposalsFor(rule('each', 'each'), stream)[0]?.[1]).toContain('told 12 times instead of 180');
  });

  test('a threshold leaves what is far above the usual', () => {
    const raises = Array.from({ length: 50 }, (_, index) =>
      raise('count', `10.0.0.${index}`, index * minute, index < 3 ? 400 : 6),
    );
    const found = proposalsFor(rule('count', 'count', { reach: 5, within: 5 * minute }), raises);
    expect(found).toEqual([
      ['count: { reach: 10, within: 5m }', '3 of 50 runs of such lines are as long as that'],
    ]);
  });

  test('a rule that says when it is over is not to be quiet, for that would join nothing', () => {
    const raises = Array.from({ length: 360 }, (_, index): Effect => {
      const effect = raise('each', 'a', index * 10 * minute);
      return effect.type === 'raise' ? { ...effect, clears: true } : effect;
    });
    expect(proposalsFor(rule('each', 'each'), raises)).toEqual([]);
  });

  test('a window keeps the form in which windows are written', () => {
    const raises = Array.from({ length: 50 }, (_, index) =>
      raise('count', `10.0.0.${index}`, index * minute, index < 3 ? 400 : 6),
    );
    const [found] = proposalsFor(rule('count', 'count', { reach: 5, within: 30_000 }), raises);
    expect(found?.[0]).toBe('count: { reach: 10, within: 30s }');
  });

  test('what tells little gets no advice', () => {
    const raises = Array.from({ length: 5 }, (_, index) => raise('each', 'a', index * minute));
    expect(proposalsFor(rule('each', 'each'), raises)).toEqual([]);
  });

  test('a flood of keys is learned in bounded memory', () => {
    const raises = Array.from({ length: 30_000 }, (_, index) => raise('each', `key ${index}`, index * 10));
    expect(proposalsFor(rule('each', 'each'), raises)).toEqual([]);
  });
});
