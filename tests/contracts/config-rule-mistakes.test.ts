import { expect, test } from 'vitest';
import { ruleMistakes } from './config-rule-mistakes.ts';
import { complaints, configOf } from './config-texts.ts';

test.each(ruleMistakes)('%s', async (_what, text, told) => {
  expect(await complaints(text)).toEqual(told);
});

test('a template knows the groups of all steps, and of rules that are listened to', async () => {
  const text = (title: string) => `
sources: { a: { file: /a, format: plain } }
rules:
  - { id: b, match: 'from (?<ip>\\S+)' }
  - id: a
    together: { within: 5m, of: [{ rule: b }, { match: 'user (?<user>\\S+)' }] }
    alert: { title: '${title}' }
`;
  await expect(configOf(text('{{ ip }} {{ user }}'))).resolves.toBeDefined();
  expect(await complaints(text('{{ nobody }}'))).toHaveLength(1);
});

test("a schedule goes by the configuration's zone unless it names one", async () => {
  const { program } = await configOf(`
zone: Asia/Tokyo
rules:
  - { id: a, schedule: '@daily', alert: {} }
  - { id: b, schedule: '@daily', zone: Europe/Paris, alert: {} }
`);
  expect(program.rules.map(({ options }) => options['zone'])).toEqual(['Asia/Tokyo', 'Europe/Paris']);
});
