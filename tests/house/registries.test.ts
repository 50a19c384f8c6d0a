import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { channelKinds } from '../../src/channels/registry.ts';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { ruleKinds } from '../../src/engine/registry.ts';
import { lineFormats } from '../../src/parse/registry.ts';
import { sourceKinds } from '../../src/sources/registry.ts';

const src = join(import.meta.dirname, '../../src');

/** Files that decide things for all kinds: everything outside a kind's own file and its registry. */
const sharedCode = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) =>
    file.endsWith('.ts') &&
    !file.endsWith('.test.ts') &&
    !/^(channels|sources|engine\/kinds|parse)\//.test(file) &&
    !file.endsWith('registry.ts'),
);

const names = [
  ...channelKinds.map(({ kind }) => kind),
  ...sourceKinds.map(({ kind }) => kind),
  ...lineFormats.map(({ name }) => name),
];

/** Where a text asks for a kind by its name: compares a member called `kind` or `format` with it. */
const asksFor = (text: string, name: string): boolean =>
  new RegExp(`(?:kind|format)\\w*\\s*[!=]==\\s*['"]${name}['"]|case\\s+['"]${name}['"]`).test(text);

describe('registries', () => {
  test('a row is called what its kind is called', async () => {
    for (const rows of [channelKinds, sourceKinds]) {
      const kinds = await Promise.all(rows.map(async ({ load }) => (await load()).kind));
      expect(rows.map(({ kind }) => kind)).toEqual(kinds);
    }
  });

  test('names are unique and each kind says what it is', async () => {
    for (const kinds of [await loadKinds(channelKinds), await loadKinds(sourceKinds), ruleKinds]) {
      expect(new Set(kinds.map(({ kind }) => kind)).size).toBe(kinds.length);
      for (const { summary } of kinds) expect(summary.length).toBeGreaterThan(10);
    }
  });

  test('no shared code asks for a kind by name', () => {
    const guilty = sharedCode.flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8');
      return names.filter((name) => asksFor(text, name)).map((name) => `${file}: ${name}`);
    });
    // `json` and `file` are also other things; a comparison of a kind with them is still caught.
    expect(guilty).toEqual([]);
  });

  test('the search finds a planted question', () => {
    expect(asksFor("if (channel.kind.kind === 'x-dm') return 15;", 'x-dm')).toBe(true);
    expect(asksFor("switch (kind) { case 'webhook': return; }", 'webhook')).toBe(true);
    expect(asksFor("channels.get('webhook')", 'webhook')).toBe(false);
  });
});
