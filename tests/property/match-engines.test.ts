import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Origin } from '../../src/model/program.ts';
import { analyse } from '../../src/match/perl/analyse.ts';
import { compileRegex } from '../../src/match/perl/compile.ts';
import { lower } from '../../src/match/perl/lower.ts';
import { parsePattern } from '../../src/match/perl/parse.ts';
import { print } from '../../src/match/perl/print.ts';
import { unroll } from '../../src/match/perl/unroll.ts';
import { disturb, makePattern } from '../oracle/perl/grammar.ts';
import { createChance } from '../oracle/perl/random.ts';
import { createTestPorts } from './match-ports.ts';

const { isLinear } = createTestPorts();

/** V8's own flag for its linear engine. */
const LINEAR = 'l';

/** A match moved to V8's linear engine half-way must end as it would have ended where it began. */
test('the linear engine gives the groups that backtracking gives', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const chance = createChance(seed);
      const { source, text } = makePattern(chance, 'u');
      const syntax = parsePattern(source, true);
      const { references, problems } = analyse(syntax);
      if ([...syntax.problems, ...problems].some(({ severity }) => severity === 'error')) return;
      const { root, problems: more } = lower(syntax.root, { newlines: false, references, exact: true });
      if (more.length > 0) return;
      for (const tree of [root, unroll(root) ?? root]) {
        const written = print(tree).source;
        if (!isLinear(written, '')) continue;
        const [linear, backtracking] = [new RegExp(written, LINEAR), new RegExp(written)];
        for (let round = 0; round < 4; round += 1) {
          const line = disturb(chance, 'u', text()).replaceAll('\n', ' ');
          compared += 1;
          expect(linear.exec(line)?.slice(), `${written} on ${line}`).toEqual(
            backtracking.exec(line)?.slice(),
          );
        }
      }
    }),
    { numRuns: 4000 },
  );
  expect(compared).toBeGreaterThan(4000);
});

/** V8 interprets an expression the first time and optimizes it for the next. */
test('an expression answers the second time as it did the first time', () => {
  const ports = createTestPorts(1000);
  const origin: Origin = { dialect: 'native', file: 'rules', line: 1, column: 1 };
  const check = (source: string, lines: readonly string[]): void => {
    const fresh = lines.map((line) => answer(source, line));
    const compiled = compileRegex(source, origin, ports);
    if (!compiled.ok) return;
    for (let round = 0; round < 2; round += 1) {
      expect(
        lines.map((line) => compiled.value.exec(line)),
        source,
      ).toEqual(fresh);
    }
  };
  const answer = (source: string, line: string): unknown => {
    const compiled = compileRegex(source, origin, ports);
    return compiled.ok ? compiled.value.exec(line) : undefined;
  };
  for (const source of [
    '((?=b)b+?){2} c',
    '((?=b)b+?)* c',
    '(?:(?>b)b??)* c',
    '((?<=b|^)b+?)+ c',
    '(?:(?=(b))(b+?))* c',
  ]) {
    check(source, ['bb c', 'bbb c', 'xbb c', 'bb']);
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const chance = createChance(seed);
      const { source, text } = makePattern(chance, 'u');
      check(
        source,
        [0, 1, 2, 3].map(() => disturb(chance, 'u', text())),
      );
    }),
    { numRuns: Number(process.env['RUNS'] ?? 1000) },
  );
});
