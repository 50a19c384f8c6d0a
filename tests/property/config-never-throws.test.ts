import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadTexts, portsOf } from '../contracts/config-texts.ts';
import { mistakes } from '../contracts/config-mistakes.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { watchConfig } from '../../src/config/watch.ts';

/** Words that lead deep into the language, and values of every type. */
const word = fc.constantFrom(
  ...'sources rules include accounts channels receivers routes budgets limits proxy tls late zone tests id match key'.split(
    ' ',
  ),
  ...'count reach within distinct quiet alert title clear below from program except in field is all any not'.split(
    ' ',
  ),
  ...'file format screen exec command webhook url x-dm account to when severity per-day pack __proto__ constructor'.split(
    ' ',
  ),
);
const scalar = fc.oneof(
  word,
  fc.string(),
  fc.constantFrom('5m', '64KiB', '(a', '{{ x', '10.0.0.0/8', 'critical', '@me', ''),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  map: fc.dictionary(
    fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.string() }),
    tie('tree'),
    { maxKeys: 5 },
  ),
}));

/** JSON is YAML. */
const document = fc.dictionary(word, tree, { maxKeys: 5 }).map((data) => JSON.stringify(data));

/** Texts of the language with pieces cut out, doubled or replaced. */
const damaged = fc
  .record({
    text: fc.constantFrom(...mistakes.map(([, text]) => text)),
    at: fc.nat(400),
    length: fc.nat(20),
    instead: fc.oneof(
      fc.constantFrom('', ': ', '- ', '{', '}', '[', ']', '*a', '&a ', '!t ', '|', '"', "'", '\n', '\t', '#'),
      fc.string(),
    ),
  })
  .map(({ text, at, length, instead }) => text.slice(0, at) + instead + text.slice(at + length));

async function isAnswered(text: string): Promise<void> {
  const loaded = await loadTexts({ 'a.yaml': text }, ['a.yaml']);
  for (const diagnostic of loaded.diagnostics) {
    expect(diagnostic.code).toMatch(/^[a-z]+(?:[.-][a-z]+)+$/);
    expect(diagnostic.message).not.toBe('');
    if (diagnostic.file !== undefined)
      expect(placeExists(text, diagnostic.line, diagnostic.column)).toBe(true);
  }
  expect(loaded.ok).toBe(!loaded.diagnostics.some(({ severity }) => severity === 'error'));
}

/** A place lies in the text, or right after the end of one of its lines. */
function placeExists(text: string, line = 0, column = 0): boolean {
  const row = text.split('\n')[line - 1];
  return row !== undefined && column >= 1 && column <= row.length + 1;
}

test('any text is answered with a Config or with Diagnostics at places that exist', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(document, damaged, fc.string({ maxLength: 200 })), isAnswered), {
    numRuns: 600,
  });
});

test('any two texts merge or are refused', async () => {
  await fc.assert(
    fc.asyncProperty(document, document, async (a, b) => {
      const loaded = await loadTexts({ 'a.yaml': a, 'b.local.yaml': b });
      expect(typeof loaded.ok).toBe('boolean');
    }),
    { numRuns: 150 },
  );
});

test('any pattern of the command line is answered', async () => {
  const match = createMatchPorts();
  await fc.assert(
    fc.asyncProperty(fc.string(), async (pattern) => {
      const watched = await watchConfig({
        files: ['/dev/null'],
        rules: [pattern],
        match,
        ports: portsOf({}),
        zone: 'UTC',
      });
      for (const { file } of watched.diagnostics) expect(file).toBeUndefined();
      if (watched.ok) expect(watched.value.program.rules).toHaveLength(1);
    }),
    { numRuns: 200 },
  );
});
