import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerAscii, requiredBy } from '../../src/match/literals/extract.ts';
import { compileRegex } from '../../src/match/perl/compile.ts';
import { parsePattern } from '../../src/match/perl/parse.ts';
import type { Origin } from '../../src/model/program.ts';
import { disturb, makePattern } from '../oracle/perl/grammar.ts';
import { createChance } from '../oracle/perl/random.ts';
import { createTestPorts } from './match-ports.ts';
import { size } from '../size.ts';

const ports = createTestPorts(20_000);
const origin: Origin = { dialect: 'native', file: 'rules', line: 1, column: 1 };

const literalsOf = (source: string): readonly string[] | undefined =>
  requiredBy(parsePattern(source, true).root)?.map(({ text, ignoreCase }) =>
    ignoreCase ? `i:${text}` : text,
  );

const patterns = size('LITERALS', 2000, 20_000);

test('whatever matches holds one of the literals', () => {
  let helped = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const chance = createChance(seed);
      const { source, text } = makePattern(chance, 'u');
      const literals = requiredBy(parsePattern(source, true).root, 1);
      const compiled = compileRegex(source, origin, ports);
      if (!compiled.ok || literals === undefined) return;
      for (let round = 0; round < 4; round += 1) {
        const line = disturb(chance, 'u', text());
        const found = compiled.value.exec(line);
        if (found === undefined || found === 'timedOut') continue;
        helped += 1;
        const holds = literals.some(({ text: part, ignoreCase }) =>
          (ignoreCase ? lowerAscii(line) : line).includes(part),
        );
        expect(holds, `${source} on ${line}`).toBe(true);
      }
    }),
    { numRuns: patterns },
  );
  expect(helped).toBeGreaterThan(patterns / 5);
});

test.each<[string, string[] | undefined]>([
  ['Failed password for (?:invalid user )?(?<user>.*) from (?<ip>\\S+) port', ['Failed password for ']],
  ['(?i)Reopen Block', ['i:reopen block']],
  ['(?:error|failure): \\d+', ['error: ', 'failure: ']],
  ['(?:error|\\d+) x', undefined],
  ['(?:abcdef)+ghi', ['abcdefghi']],
  ['(?:abcdef)*', undefined],
  ['(?:abcdef){2}', ['abcdefabcdef']],
  ['[Ee]rror', ['i:error']],
  ['colou?r scheme', ['colour scheme', 'color scheme']],
  ['(?!abcdef)\\d', undefined],
  ['(?=.*needle)hay\\d', ['needle']],
  ['^\\bstart\\b.*', ['start']],
  ['(?i)élan vital', ['i:élan vital']],
  ['a|b', undefined],
])('%s needs %j', (source, expected) => {
  expect(literalsOf(source)).toEqual(expected);
});
