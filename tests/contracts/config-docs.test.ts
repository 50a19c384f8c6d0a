import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configurationSchema, writeSchema } from '../../src/config/schema.ts';
import { documentSchema } from '../../src/config/document.ts';
import { ruleSchema } from '../../src/dialects/native/rule-schema.ts';
import { registries } from '../../src/config/registries.ts';
import { z } from 'zod';
import { configOf } from './config-texts.ts';
import { checkCoverage, checkRuleTests } from './rule-tests.ts';

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Files that the page names. */
const others = {
  '/etc/bird-sentinel/hook.key': 'k',
  '/etc/bird-sentinel/proxy.pw': 'p',
  '/etc/ssl/certs/corp.pem': '-----BEGIN CERTIFICATE-----',
};

async function checkExample(text: string): Promise<void> {
  const config = await configOf(text, others);
  // A pack's rules are tested with the pack, and those without an alert by the rules that ask for their context.
  const own = config.program.rules.flatMap(({ id, actions }) =>
    id.includes('/') || actions.length === 0 ? [] : [id],
  );
  checkCoverage(await checkRuleTests(config), own);
}

const page = textOf('docs/config.md');
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);

describe('docs/config.md', () => {
  test('has blocks', () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  test.each(blocks.map((text, index) => [index + 1, text] as const))(
    'block %d loads and does what it says',
    async (_n, text) => {
      await checkExample(text);
    },
  );

  test('names every key of the document, of rules and of their parts', async () => {
    const document = documentSchema({ source: z.unknown(), channel: z.unknown(), rule: z.unknown() });
    const keys = [...Object.keys(document.shape), ...Object.keys(ruleSchema(registries.rules).shape)];
    const kinds = [registries.sources, registries.channels].flatMap((rows) => rows.map(({ kind }) => kind));
    const formats = (await registries.formats()).map(({ name }) => name);
    for (const word of [...keys, ...kinds, ...formats])
      expect(page, word).toMatch(new RegExp(`(^|[\`\\s{.])${word}\\b`, 'm'));
  });
});

test.each(readdirSync(new URL('examples/', root)).filter((file) => file.endsWith('.yaml')))(
  'examples/%s loads and does what it says',
  async (file) => {
    await checkExample(textOf(`examples/${file}`));
  },
);

test('the published schema is the one of the program (UPDATE_SCHEMA=1 writes it anew)', async () => {
  const path = 'schema/sentinel.schema.json';
  if (process.env['UPDATE_SCHEMA'] === '1') await writeSchema(new URL(path, root));
  expect(JSON.parse(textOf(path))).toEqual(JSON.parse(JSON.stringify(await configurationSchema())));
});

test('the schema describes every key', async () => {
  const bare: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties' && typeof value === 'object' && value !== null) {
        for (const [name, member] of Object.entries(value)) {
          const plain = typeof member === 'object' && member !== null && !('description' in member);
          if (plain) bare.push(`${path}.${name}`);
          look(member, `${path}.${name}`);
        }
      } else look(value, path);
    }
  };
  look(await configurationSchema(), '');
  expect(bare).toEqual([]);
});
