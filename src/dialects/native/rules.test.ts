import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { z } from 'zod';
import { parseDuration } from '../../kit/duration.ts';
import type { Rule } from '../../model/program.ts';
import { ruleKinds } from '../../engine/registry.ts';
import type { RuleChecks } from './checks.ts';
import { compileRules } from './rules.ts';
import { severities } from './rule-schema.ts';

const place = { file: 'f', line: 1, column: 1 };
const origin = { dialect: 'native', ...place };

const checks: RuleChecks = {
  kinds: ruleKinds,
  pattern: () => ({ ok: true, value: { groups: ['ip', 'user'] }, diagnostics: [] }),
  template: () => ({ ok: true, value: undefined, diagnostics: [] }),
  source: (name) => (name === 'auth' ? 'fixed' : undefined),
  sourceNames: ['auth'],
  complete: true,
};

const compile = (...items: object[]) => compileRules({ items, locate: () => place }, checks);

function only(item: object): Rule {
  const compiled = compile(item);
  const [rule] = compiled.ok ? compiled.value.rules : [];
  if (rule === undefined) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  return rule;
}

const plainRule = { id: 'r', match: 'x', alert: {} };

describe('forms of match', () => {
  const patternOf = (match: unknown, rest: object = {}) => only({ ...plainRule, match, ...rest }).pattern;
  const regex = (source: string, scope = 'either') => ({ type: 'regex', source, scope, origin });

  test.each<[unknown, unknown]>([
    ['a', regex('a')],
    [{ pattern: 'a', in: 'line' }, regex('a', 'line')],
    [{ literal: 'a' }, { type: 'literal', text: 'a', scope: 'either' }],
    [
      { literal: 'a', in: 'message' },
      { type: 'literal', text: 'a', scope: 'message' },
    ],
    [['a', 'b'], { type: 'any', of: [regex('a'), regex('b')] }],
    [['a'], regex('a')],
    [
      { any: ['a', { all: ['b', 'c'] }] },
      { type: 'any', of: [regex('a'), { type: 'all', of: [regex('b'), regex('c')] }] },
    ],
    [{ not: 'a' }, { type: 'not', of: regex('a') }],
    [
      { field: 'ip', is: 'b' },
      { type: 'field', field: 'ip', test: { op: 'is', value: 'b' } },
    ],
    [
      { field: 'ip', is: 22 },
      { type: 'field', field: 'ip', test: { op: 'is', value: '22' } },
    ],
    [
      { field: 'ip', in: 'b' },
      { type: 'field', field: 'ip', test: { op: 'in', values: ['b'] } },
    ],
    [
      { field: 'ip', in: ['10.0.0.0/8', 7] },
      { type: 'field', field: 'ip', test: { op: 'in', values: ['10.0.0.0/8', '7'] } },
    ],
    [
      { field: 'ip', matches: '^a' },
      { type: 'field', field: 'ip', test: { op: 'matches', source: '^a', origin } },
    ],
    [
      { field: 'ip', above: 5 },
      { type: 'field', field: 'ip', test: { op: 'above', value: 5 } },
    ],
    [
      { field: 'ip', below: 0 },
      { type: 'field', field: 'ip', test: { op: 'below', value: 0 } },
    ],
    [
      { field: 'ip', exists: false },
      { type: 'field', field: 'ip', test: { op: 'exists', value: false } },
    ],
  ])('%j', (match, pattern) => {
    expect(patternOf(match)).toEqual(pattern);
  });

  test('in at the rule is the scope of every text that has none of its own, also in except', () => {
    const rule = only({
      ...plainRule,
      in: 'message',
      match: ['a', { pattern: 'b', in: 'line' }],
      except: 'c',
    });
    expect(rule.pattern).toEqual({ type: 'any', of: [regex('a', 'message'), regex('b', 'line')] });
    expect(rule.except).toEqual([regex('c', 'message')]);
  });

  test('program is a field test before the pattern', () => {
    const test = (value: unknown) => ({
      type: 'all',
      of: [{ type: 'field', field: 'program', test: value }, regex('x')],
    });
    expect(only({ ...plainRule, program: 'sshd' }).pattern).toEqual(test({ op: 'is', value: 'sshd' }));
    expect(only({ ...plainRule, program: ['a', 'b'] }).pattern).toEqual(
      test({ op: 'in', values: ['a', 'b'] }),
    );
  });

  test('except is one form or a list of them', () => {
    expect(only({ ...plainRule, except: ['a', { literal: 'b' }] }).except).toHaveLength(2);
    expect(only({ ...plainRule, except: { all: ['a', 'b'] } }).except).toHaveLength(1);
    expect(only(plainRule).except).toEqual([]);
  });
});

describe('what a rule asks for', () => {
  const actionOf = (rest: object) => only({ ...plainRule, ...rest }).actions[0];

  test('an alert of severity warning, told every time, unless it says otherwise', () => {
    expect(only(plainRule)).toMatchObject({ kind: 'each', key: [], options: {}, origin });
    expect(actionOf({})).toEqual({ type: 'alert', severity: 'warning' });
    expect(actionOf({ quiet: '0s' })).toEqual({ type: 'alert', severity: 'warning' });
    expect(
      actionOf({
        quiet: '5m',
        alert: { severity: 'info', title: 't', text: 'u', clear: { below: 1, within: '1m' } },
      }),
    ).toEqual({
      type: 'alert',
      severity: 'info',
      title: 't',
      text: 'u',
      quiet: 300_000,
      clear: { below: 1, within: 60_000 },
    });
  });

  test('a count is quiet for its window, unless it says otherwise', () => {
    const count = { reach: 5, within: '10m' };
    expect(only({ ...plainRule, count })).toMatchObject({
      kind: 'count',
      options: { reach: 5, within: 600_000 },
    });
    expect(actionOf({ count })).toMatchObject({ quiet: parseDuration('10m') });
    expect(actionOf({ count, quiet: '1h' })).toMatchObject({ quiet: parseDuration('1h') });
    expect(actionOf({ count, quiet: '0s' })).not.toHaveProperty('quiet');
  });

  test('time: received is kept, time: event is the default', () => {
    expect(only({ ...plainRule, time: 'received' }).time).toBe('received');
    expect(only({ ...plainRule, time: 'event' })).not.toHaveProperty('time');
  });
});

test('a rule that is switched off is checked and left out', () => {
  const compiled = compile({ ...plainRule, enabled: false }, { ...plainRule, id: 's' });
  expect(compiled.ok && compiled.value.rules.map(({ id }) => id)).toEqual(['s']);
  expect(compile({ ...plainRule, enabled: false, quiet: 'never' }).ok).toBe(false);
});

test('a rule cannot be of two kinds', () => {
  const other = { kind: 'other', summary: 'another', options: z.strictObject({}) };
  const kinds = [...ruleKinds, other];
  const rule = { ...plainRule, other: {}, count: { reach: 2, within: '1m' } };
  const locate = (_: unknown, which?: string) => ({ ...place, column: which === 'key' ? 7 : 1 });
  expect(compileRules({ items: [rule], locate }, { ...checks, kinds }).diagnostics).toEqual([
    {
      code: 'rule.two-kinds',
      severity: 'error',
      message: 'rules.r cannot be of two kinds: "count" and "other"',
      file: 'f',
      line: 1,
      column: 7,
      hint: 'write two rules',
    },
  ]);
  const { count: _count, ...single } = rule;
  const compiled = compileRules({ items: [single], locate }, { ...checks, kinds });
  expect(compiled.ok && compiled.value.rules[0]?.kind).toBe('other');
});

describe('hashes', () => {
  const rule = fc.record(
    {
      id: fc.constantFrom('a', 'b'),
      match: fc.constantFrom('x', 'y', { literal: 'x' }, ['x', 'y']),
      alert: fc.record(
        { severity: fc.constantFrom(...severities), title: fc.constantFrom('t', 'u') },
        { requiredKeys: [] },
      ),
      quiet: fc.constantFrom('1m', '60s', '2m'),
      key: fc.constantFrom(['ip'], ['user'], ['ip', 'user'], ['user', 'ip']),
      count: fc.record({ reach: fc.constantFrom(2, 3), within: fc.constantFrom('1m', '2m') }),
      except: fc.constantFrom([], ['z']),
      time: fc.constantFrom('event', 'received'),
    },
    { requiredKeys: ['id', 'match', 'alert'] },
  );
  const meaning = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, inner: unknown) =>
        key === 'hash' || key === 'origin' ? undefined : inner,
      ),
    );

  test('are equal just when rules mean the same', () => {
    fc.assert(
      fc.property(rule, rule, (a, b) => {
        const [x, y] = [only(a), only(b)];
        expect(x.hash === y.hash).toBe(JSON.stringify(meaning(x)) === JSON.stringify(meaning(y)));
      }),
    );
  });

  test('do not depend on where or in which order a rule was written', () => {
    fc.assert(
      fc.property(rule, (a) => {
        const turned = Object.fromEntries(Object.entries(a).toReversed());
        const elsewhere = compileRules(
          { items: [turned], locate: () => ({ file: 'g', line: 7, column: 9 }) },
          checks,
        );
        expect(elsewhere.ok && elsewhere.value.rules[0]?.hash).toBe(only(a).hash);
      }),
    );
  });

  test('of a program depend on the order of its rules', () => {
    const [a, b] = [plainRule, { ...plainRule, id: 's' }];
    const hashOf = (...rules: object[]) => {
      const compiled = compile(...rules);
      return compiled.ok ? compiled.value.hash : undefined;
    };
    expect(hashOf(a, b)).toBe(hashOf(a, b));
    expect(hashOf(a, b)).not.toBe(hashOf(b, a));
  });
});
