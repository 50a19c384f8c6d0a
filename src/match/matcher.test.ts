import { describe, expect, test } from 'vitest';
import { createTestPorts } from '../../tests/property/match-ports.ts';
import type { Event } from '../model/event.ts';
import type { FieldTest, Origin, Pattern, Scope } from '../model/program.ts';
import { instant } from '../model/time.ts';
import { compilePattern } from './matcher.ts';

const ports = createTestPorts();
const origin: Origin = { dialect: 'native', file: 'rules.yaml', line: 7, column: 11 };

const event: Event = {
  at: instant(1000),
  receivedAt: instant(1000),
  source: 'auth',
  stream: '/var/log/auth.log',
  offset: 0,
  line: 'Nov 20 10:00:06 web1 sshd[42]: Failed password for root from 10.1.2.3 port 22',
  text: 'Failed password for root from 10.1.2.3 port 22',
  host: 'web1',
  program: 'sshd',
  pid: '42',
  severity: 'err',
  fields: { user: 'root', attempts: 3, size: '12.5', inner: { a: 1 }, empty: null },
};

const regex = (source: string, scope: Scope = 'either'): Pattern => ({
  type: 'regex',
  source,
  scope,
  origin,
});
const field = (name: string, test: FieldTest): Pattern => ({ type: 'field', field: name, test });

function match(pattern: Pattern): unknown {
  const compiled = compilePattern(pattern, ports);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled.value.matcher.match(event);
}

describe('scope', () => {
  test('either: the text first, then the line', () => {
    expect(match(regex('^Failed (?<what>\\w+)'))).toEqual({ what: 'password', '1': 'password' });
    expect(match(regex('^Nov .* sshd\\[(\\d+)\\]: Failed'))).toEqual({ '1': '42' });
    expect(match(regex('^password'))).toBeUndefined();
  });
  test('message and line restrict it', () => {
    expect(match(regex('^Nov', 'message'))).toBeUndefined();
    expect(match(regex('^Failed', 'line'))).toBeUndefined();
    expect(match({ type: 'literal', text: 'web1', scope: 'either' })).toEqual({});
    expect(match({ type: 'literal', text: 'web1', scope: 'message' })).toBeUndefined();
  });
});

describe('wanted groups', () => {
  const named = (source: string): unknown => {
    const compiled = compilePattern(regex(source), ports, 'named');
    return compiled.ok && compiled.value.matcher.match(event);
  };
  test('those with names alone, where one of them took part', () => {
    expect(named('(Failed) (?<what>\\w+)')).toEqual({ what: 'password' });
    expect(named('(Failed) (\\w+)')).toEqual({ '1': 'Failed', '2': 'password' });
    expect(named('(Failed)|(?<what>Accepted)')).toEqual({ '1': 'Failed' });
    expect(named('Failed')).toEqual({});
  });
});

describe('fields', () => {
  test.each<[string, FieldTest, boolean]>([
    ['program', { op: 'is', value: 'sshd' }, true],
    ['program', { op: 'is', value: 'ssh' }, false],
    ['pid', { op: 'in', values: ['1', '42'] }, true],
    ['user', { op: 'in', values: ['nagios'] }, false],
    ['attempts', { op: 'is', value: '3' }, true],
    ['attempts', { op: 'above', value: 2 }, true],
    ['attempts', { op: 'below', value: 3 }, false],
    ['size', { op: 'above', value: 12.4 }, true],
    ['user', { op: 'above', value: 0 }, false],
    ['inner', { op: 'is', value: '{"a":1}' }, true],
    ['empty', { op: 'exists', value: true }, false],
    ['toString', { op: 'exists', value: true }, false],
    ['absent', { op: 'exists', value: false }, true],
    ['severity', { op: 'is', value: 'err' }, true],
    ['time', { op: 'above', value: 999 }, true],
    ['host', { op: 'matches', source: '^web\\d$', origin }, true],
    ['absent', { op: 'matches', source: '', origin }, false],
  ])('%s %j: %s', (name, fieldTest, expected) => {
    expect(match(field(name, fieldTest)) !== undefined).toBe(expected);
  });

  test('in an `all`, groups captured so far are fields, and every part adds its own', () => {
    const ip = regex('from (?<ip>\\S+)');
    const inside = field('ip', { op: 'in', values: ['10.0.0.0/8'] });
    const name = field('host', { op: 'matches', source: '(?<node>\\d+)', origin });
    expect(match({ type: 'all', of: [ip, inside, name] })).toEqual({ ip: '10.1.2.3', node: '1', '1': '1' });
    expect(match({ type: 'all', of: [inside, ip] })).toBeUndefined();
  });
});

describe('any and not', () => {
  test('any gives the first that matches', () => {
    const pattern: Pattern = {
      type: 'any',
      of: [regex('nothing'), regex('(?<a>root)'), regex('(?<b>root)')],
    };
    expect(match(pattern)).toEqual({ a: 'root', '1': 'root' });
  });
  test('not gives nothing', () => {
    expect(match({ type: 'not', of: regex('root') })).toBeUndefined();
    expect(match({ type: 'not', of: regex('(absent)') })).toEqual({});
  });
  test('a match cut off is neither a match nor its absence', () => {
    const slow = { ...ports, isLinear: () => false, guarded: () => 'timedOut' as const };
    const outcome = (pattern: Pattern): unknown => {
      const compiled = compilePattern(pattern, slow);
      return compiled.ok && compiled.value.matcher.match(event);
    };
    const literal: Pattern = { type: 'literal', text: 'root', scope: 'either' };
    expect(outcome(regex('root'))).toBe('timedOut');
    expect(outcome({ type: 'not', of: regex('root') })).toBe('timedOut');
    expect(outcome({ type: 'any', of: [regex('root'), literal] })).toEqual({});
    expect(outcome({ type: 'all', of: [literal, regex('root')] })).toBe('timedOut');
  });
});

test('mistakes of all expressions are reported, each at its place', () => {
  const checked = compilePattern({ type: 'all', of: [regex('a(b'), regex('ok'), regex('x{3,2}')] }, ports);
  expect(checked.ok).toBe(false);
  expect(checked.diagnostics).toHaveLength(2);
  for (const diagnostic of checked.diagnostics)
    expect(diagnostic).toMatchObject({ file: 'rules.yaml', line: 7 });
});

test('tells its groups once each, and how it runs', () => {
  const checked = compilePattern({ type: 'any', of: [regex('(?<a>x)(?<b>y)'), regex('(?<a>z)')] }, ports);
  expect(checked.ok && checked.value.groups).toEqual(['a', 'b']);
  expect(checked.ok && checked.value.regimes).toHaveLength(2);
});
