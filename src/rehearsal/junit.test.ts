import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TestResult } from './contract.ts';
import { junitOf } from './junit.ts';

const result = (rule: string, problems: readonly string[]): TestResult => ({
  test: { rule, lines: ['a line'], alerts: [], place: { file: 'rules.yaml', line: 7, column: 3 } },
  told: [],
  problems,
});

test('each test is a case; one that failed says why', () => {
  const xml = junitOf({ results: [result('a', []), result('b', ['first', 'second'])], coverage: [] });
  expect(xml).toContain('<testsuites tests="2" failures="1" errors="0">');
  expect(xml).toContain('<testcase classname="a" name="1: a, silent: a line" file="rules.yaml" line="7"/>');
  expect(xml).toContain('<failure message="first">first&#10;second</failure>');
});

test('a configuration that is wrong is an error', () => {
  const broken = [{ files: ['a.yaml'], errors: ['a.yaml:1:3: wrong', 'b'] }];
  const xml = junitOf({ results: [], coverage: [], broken });
  expect(xml).toContain('<testsuites tests="1" failures="0" errors="1">');
  expect(xml).toContain('name="a.yaml"><error message="a.yaml:1:3: wrong">a.yaml:1:3: wrong&#10;b</error>');
});

/** What may stand between tags or in an attribute (XML 1.0, 2.2). */
const writable = /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/;

test('whatever lines and rules hold, it stays XML of the same form', () => {
  const form = (xml: string): string => xml.replaceAll(/"[^"]*"/g, '""').replaceAll(/>[^<]+</g, '><');
  const plain = form(junitOf({ results: [result('a', ['b'])], coverage: [] }));
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1 }),
      (rule, problem) => {
        const xml = junitOf({ results: [result(rule, [problem])], coverage: [] });
        expect(xml).toMatch(writable);
        expect(form(xml)).toBe(plain);
      },
    ),
  );
});
