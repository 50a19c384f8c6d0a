import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** What the page says of a rule, as it stands in the pack. */
const ruleShape = z.object({
  id: z.string(),
  program: texts.optional(),
  key: texts.optional(),
  count: z.object({ reach: z.number(), within: z.string(), distinct: z.string().optional() }).optional(),
  sequence: z.object({ within: z.string() }).optional(),
  quiet: z.string().optional(),
  alert: z.object({ severity: z.string(), title: z.string(), link: z.string() }).optional(),
});

const packShape = z.object({ summary: z.string(), rules: z.array(ruleShape) });

type PackRule = z.infer<typeof ruleShape>;

/** The page of all packs, made from what stands in them. */
export function packPage(packs: readonly { readonly name: string; readonly path: string }[]): string {
  const read = packs.map(({ name, path }) => ({
    name,
    ...packShape.parse(parse(readFileSync(path, 'utf8'))),
  }));
  const heard = read.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));
  return [
    '# Packs',
    '',
    `Rules that come with the program: ${read.length} packs, ${heard.length} rules. \`watch\` without a configuration takes all`,
    'of them; a configuration takes those it names, and changes their rules by the id `pack/rule`:',
    '',
    '```yaml',
    'include:',
    '  - { pack: sshd }',
    '  - { pack: kernel }',
    'rules:',
    '  - { id: sshd/brute-force, count: { reach: 10 }, alert: { severity: critical } }',
    '  - { id: kernel/link-down, enabled: false }',
    '```',
    '',
    'A pack looks at the lines of every source, by the program that wrote them; where a program writes a file of its',
    'own, that file must be a source. Each rule stands beside lines on which it fires, lines on which it does not, and',
    'forged ones, in the pack itself: `bird-sentinel test --pack sshd` plays them. This page is made from the packs.',
    '',
    ...read.flatMap(({ name, summary, rules }) => [
      `## ${name}`,
      '',
      summary,
      ...needs(rules),
      '',
      '| rule | severity | tells | when | again after |',
      '| --- | --- | --- | --- | --- |',
      ...rules.flatMap(row),
      '',
    ]),
  ].join('\n');
}

function needs(rules: readonly PackRule[]): readonly string[] {
  const programs = [...new Set(rules.flatMap(({ program = [] }) => program))];
  return programs.length === 0 ? [] : [`Lines of: ${programs.map((one) => `\`${one}\``).join(', ')}.`];
}

function row({ id, alert, quiet = '', ...rule }: PackRule): readonly string[] {
  if (alert === undefined) return [];
  const { severity, title, link } = alert;
  const words = title.replaceAll('|', '\\|');
  return [`| [\`${id}\`](${link}) | ${severity} | ${words} | ${condition(rule)} | ${quiet} |`];
}

function condition({ count, sequence, key }: Omit<PackRule, 'id' | 'alert' | 'quiet'>): string {
  const each = key === undefined ? '' : `, each \`${key.join('`, `')}\` by itself`;
  if (count !== undefined) {
    const what = count.distinct === undefined ? 'lines' : `different \`${count.distinct}\``;
    return `${count.reach} ${what} within ${count.within}${each}`;
  }
  return sequence === undefined ? `at once${each}` : `in this order within ${sequence.within}${each}`;
}
