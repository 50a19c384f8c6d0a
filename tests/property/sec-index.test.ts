import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bindingsOf, createPattern } from '../../src/engine/sec/patterns.ts';
import { createBuffers } from '../../src/engine/sec/buffer.ts';
import { createCache } from '../../src/engine/sec/cache.ts';
import { createOutputs } from '../../src/engine/sec/outputs.ts';
import { createPerl } from '../../src/engine/sec/perl.ts';
import type { SecPattern, SecRule } from '../../src/engine/sec/program.ts';
import { compile } from '../../src/engine/sec/regexes.ts';
import { createRuleIndex } from '../../src/engine/sec/rule-index.ts';
import { PORTS } from './sec-samples.ts';

const word = fc.constantFrom('sshd', 'kernel', 'Error', 'disk', 'FULL', 'K', '\xe9t\xe9', 'ok', 'abc', '12');
const source = fc
  .array(
    fc.oneof(
      word,
      fc.tuple(word, word).map(([a, b]) => `(?:${a}|${b})`),
      word.map((one) => `(?i:${one})`),
      word.map((one) => `(?:${one})?`),
      fc.constantFrom('.*', '^', '$', '\\d+', '[a-c]', ' ', '\\['),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const pattern = fc.oneof(
  fc.record({
    type: fc.constant('regexp' as const),
    negated: fc.boolean(),
    lines: fc.constant(1),
    source,
    varmap: fc.constant({ names: [], entries: [] }),
    file: fc.constant('f'),
    line: fc.constant(1),
  }),
  fc.record({
    type: fc.constant('substr' as const),
    negated: fc.boolean(),
    lines: fc.constant(1),
    text: fc.tuple(word, word).map((two) => two.join('')),
  }),
);
const line = fc
  .array(
    fc.oneof(
      word,
      word.map((one) => one.toUpperCase()),
      fc.constantFrom(' ', '[', '7', 'abca'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').slice(0, 40));

const single = (one: SecPattern): SecRule => ({
  type: 'Single',
  pattern: one,
  continues: { to: 'next' },
  desc: 'd',
  line: 1,
  hash: 'h',
  action: [],
});

it('finds every rule whose pattern matches a line, in order', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 12 }),
      fc.array(line, { maxLength: 6 }),
      (patterns, lines) => {
        const buffers = createBuffers(1, true);
        const outputs = createOutputs();
        const cache = createCache();
        const ports = {
          buffers,
          cache,
          outputs,
          perl: createPerl(undefined, cache, outputs),
          internalContext: () => undefined,
          compile: (text: string) => compile(text, PORTS.match),
        };
        const tries = patterns.map((one, rule) => createPattern(one, { file: 'f', rule, line: 1 }, ports));
        const index = createRuleIndex(patterns.map(single), () => false);
        for (const text of lines) {
          buffers.push('-', text);
          const matching = tries.flatMap((tryIt, rule) => {
            const found = tryIt();
            return found !== undefined && bindingsOf(found) !== undefined ? [rule] : [];
          });
          const candidates = index.candidates(text);
          expect(candidates).toEqual(expect.arrayContaining(matching));
          expect(candidates).toEqual(candidates.toSorted((a, b) => a - b));
        }
      },
    ),
    { numRuns: 300 },
  );
});
