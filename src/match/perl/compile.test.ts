import { describe, expect, test } from 'vitest';
import { createTestPorts } from '../../../tests/property/match-ports.ts';
import type { Origin } from '../../model/program.ts';
import { compileRegex } from './compile.ts';

const ports = createTestPorts();
const at = (dialect: Origin['dialect']): Origin => ({ dialect, file: 'rules.yaml', line: 3, column: 10 });

function run(source: string, text: string, dialect: Origin['dialect'] = 'native'): unknown {
  const compiled = compileRegex(source, at(dialect), ports);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled.value.exec(text);
}

describe('a mistake stands at its column', () => {
  test.each([
    ['a(b', 'syntax', 1],
    ['ab)c', 'syntax', 2],
    ['a**', 'syntax', 2],
    ['*a', 'syntax', 0],
    ['[b-a]', 'syntax', 1],
    ['x[abc', 'syntax', 1],
    ['ab\\', 'syntax', 2],
    ['ab\\2', 'reference', 2],
    ['a\\k<n>', 'reference', 1],
    ['(a)?b\\1', 'reference', 5],
    ['(?i)(a)\\1', 'reference', 7],
    ['(?:(a)|b)*', 'capture', 3],
    ['(?:|(a))*', 'capture', 4],
    ['(?<=a*)b', 'lookbehind', 0],
    ['a\\Gb', 'unsupported', 1],
    ['\\p{L}', 'unsupported', 0],
    ['a(?R)', 'unsupported', 1],
    ['a(?(1)b|c)', 'unsupported', 1],
    ['a(?{ 1 })', 'syntax', 1],
    ['a(*SKIP)b', 'unsupported', 1],
    ['a(*)b', 'syntax', 1],
    ['a\\X+b', 'unsupported', 1],
    ['a\\G?b', 'unsupported', 1],
    ['a\\p', 'syntax', 1],
    ['a\\b{wb}', 'unsupported', 1],
    ['a\\b{2}', 'syntax', 1],
    ['a(?(x)b)', 'syntax', 1],
    ['a(?R', 'syntax', 1],
    ['a\\c{', 'syntax', 1],
    ['(?u)a', 'flag', 2],
    ['[[:foo:]]', 'class', 1],
    ['a{70000}', 'limit', 1],
    ['(?=a)+', 'repeat', 5],
  ])('%s: %s at %i', (source, code, offset) => {
    const compiled = compileRegex(source, at('native'), ports);
    expect(compiled.ok).toBe(false);
    expect(compiled.diagnostics[0]).toMatchObject({
      code: `pattern.${code}`,
      severity: 'error',
      file: 'rules.yaml',
      line: 3,
      column: 10 + offset,
    });
  });

  test('all of them are told', () => {
    const compiled = compileRegex('[z-a] \\p{L} a**', at('native'), ports);
    expect(compiled.diagnostics.map(({ column }) => column)).toEqual([11, 16, 24]);
  });

  test('nesting without end is refused, not followed', () => {
    expect(compileRegex('('.repeat(10_000), at('native'), ports).ok).toBe(false);
    expect(compileRegex('a'.repeat(100_000), at('native'), ports).ok).toBe(false);
  });
});

test('what may be a slip is accepted with a warning', () => {
  for (const source of ['\\y', 'a{3,2}', '[:alpha:]', '[\\w-z]', '(?i)é', '(?!(a))b']) {
    const compiled = compileRegex(source, at('native'), ports);
    expect(compiled.ok).toBe(true);
    expect(compiled.diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
  }
});

test('\\Q quotes in the dialects that are Perl programs or ours; a SEC file has no such escape', () => {
  expect(run('^\\Qa.b*\\E+$', 'a.b**')).toEqual({});
  expect(run('^\\Qa.b', 'axb')).toBeUndefined();
  const sec = compileRegex('\\Qa', at('sec'), ports);
  expect(sec.diagnostics.map(({ code }) => code)).toEqual(['pattern.quoting']);
  expect(sec.ok && sec.value.exec('Qa')).toEqual({});
});

test('characters beyond the Basic Multilingual Plane are one character', () => {
  expect(run('^.$', '😀')).toEqual({});
  expect(run('^[^a]$', '😀')).toEqual({});
  expect(run('^[😀-😂]{2}$', '😀😁')).toEqual({});
  expect(run('(.+?)', '😀')).toEqual({ '1': '😀' });
  expect(run('(?<!^)(?!$)', '😀')).toBeUndefined();
});

test('a repeated group that was written out keeps its last round', () => {
  expect(run('^(?:(\\w)-){2,20}$', 'a-b-c-')).toEqual({ '1': 'c' });
  const compiled = compileRegex('^(?:(\\w)-){2,20}$', at('native'), ports);
  expect(compiled.ok && compiled.value.regime).toBe('linear');
});

test('names that several groups share give the one that took part', () => {
  expect(run('(?<n>a)|(?<n>b)', 'b')).toEqual({ '2': 'b', n: 'b' });
  expect(run('(?|(?<x>a)|(?<x>b))(c)', 'bc')).toEqual({ '1': 'b', '2': 'c', x: 'b' });
  expect(run('(?:(?<n>a)|(?<n>b))\\k<n>', 'bb')).toEqual({ '2': 'b', n: 'b' });
});
