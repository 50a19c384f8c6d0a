import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse } from '../../src/match/perl/analyse.ts';
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
