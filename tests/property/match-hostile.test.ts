import { expect, test } from 'vitest';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { compileRegex } from '../../src/match/perl/compile.ts';
import type { Origin } from '../../src/model/program.ts';

const ports = createMatchPorts();
const origin: Origin = { dialect: 'native', file: 'hostile', line: 1, column: 1 };

/** Longest a match may hold the process, in milliseconds, on a machine that is busy with other things. */
const HANG_GUARD = 100 * 8;

const KIB = 1024;

/** V8's own flag for its linear engine. */
const LINEAR = 'l';
const LINES = [
  `${'a'.repeat(40)}!`,
  `${'a'.repeat(64 * KIB)}!`,
  `${'aA'.repeat(5000)}!`,
  `${'ab'.repeat(5000)}c`,
  `${'a '.repeat(5000)}!`,
  `${'a'.repeat(3000)}\n${'a'.repeat(3000)}!\n`,
];

test.each([
  ['plain', '^(a+)+$', 'linear'],
  ['plain, with a long tail', '(?:a*)*b(?:c|d)', 'linear'],
  ['ignoring case', '(?i)^(?:a+)+$', 'linear'],
  ['counted, small', '^(?:a{1,9})+$', 'linear'],
  ['counted, nested', '^(?:(?:a{1,5}){1,5}){1,3}$', 'linear'],
  ['counted, large', '^(?:a{1,200}){1,200}$', 'guarded'],
  ['lookahead', '^(?=(?:a+)+$)a', 'guarded'],
  ['lookbehind', '(?<=a{1,9})(?:a+)+$', 'guarded'],
  ['negative lookahead', '^(?:(?!b)a+)+$', 'guarded'],
  ['backreference', '^(a+)+\\1$', 'guarded'],
  ['alternation under a star', '^(?:a|aa|ab)*$', 'linear'],
  ['overlapping alternation', '^(?:a|a)*$', 'linear'],
  ['atomic', '^(?>a+)+(?:a|a)*$', 'guarded'],
  ['lazy', '^(?:.*?a)*?$', 'linear'],
  ['three stars', '.*a.*a.*a.*Z', 'linear'],
  ['unanchored', '(.*?)a(.*?)a(.*?)!!', 'linear'],
  ['classes', '^(?:[a-z]+\\s?)+$', 'linear'],
  ['possessive', '^(?:a++a?)+$', 'guarded'],
  ['lines', '(?m)^(?:a+)+$', 'linear'],
] as const)('%s: %s', (_, source, regime) => {
  const compiled = compileRegex(source, origin, ports);
  expect(compiled.diagnostics).toEqual([]);
  if (!compiled.ok) return;
  // Later versions of V8's linear engine take more than those that are guarded here.
  if (regime === 'linear') expect(compiled.value.regime).toBe('linear');
  for (const line of LINES) {
    const started = performance.now();
    compiled.value.exec(line);
    expect(performance.now() - started, `on ${line.slice(0, 20)}… (${String(line.length)})`).toBeLessThan(
      HANG_GUARD,
    );
  }
});

test('the linear engine answers as the backtracking one does', () => {
  for (const source of [
    '^(?:(a+)|b)*?(c?)$',
    '(a*)(ab)*(b*)',
    '(?:a|(ab))(?:c|bcd)(d*)',
    '\\b(a+?)(b{2,3})\\B',
  ]) {
    const linear = new RegExp(source, LINEAR);
    for (const line of ['aab', 'abcd', 'aabbb', 'abbbb', 'c', '']) {
      expect(linear.exec(line)?.slice()).toEqual(new RegExp(source).exec(line)?.slice());
    }
  }
});
