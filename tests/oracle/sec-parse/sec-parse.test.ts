import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adviseSec } from '../../../src/dialects/sec/advice/advise.ts';
import { evaluate } from '../../../src/dialects/sec/precedence.ts';
import { perlOfRegex } from '../../../src/dialects/sec/perl-regex.ts';
import { corpus } from './corpus.ts';
import { acceptedBySec, hasSec, isGoodToSec, playSec } from './real-sec.ts';
import { contextOf, ports, read, settings, single } from './sample.ts';

/** What the real SEC asks of Perl while it reads, and we when the rule is first needed. */
const SEEN_LATER = new Set([single({ context: 'a -> ( sub { 1 } ) B' })]);

describe.runIf(hasSec)('the real SEC', () => {
  test(`takes the same rules of ${String(corpus.length)} files`, () => {
    const theirs = acceptedBySec(corpus);
    const wrong = corpus.flatMap((text, index) => {
      const { rules, diagnostics } = read(text);
      if (rules.length === theirs[index] || SEEN_LATER.has(text)) return [];
      const said = diagnostics.map(({ message }) => message).join('; ');
      return [`${String(theirs[index])}, not ${String(rules.length)}: ${JSON.stringify(text)} ${said}`];
    });
    expect(wrong).toEqual([]);
    expect(theirs.filter((count) => count > 0).length).toBeGreaterThan(corpus.length / 3);
    expect(theirs.filter((count) => count === 0).length).toBeGreaterThan(corpus.length / 4);
  });

  test('ends with 1 where we tell an error, else with 0', () => {
    for (const text of [single(), single({ action: 'bad' }), `${single()}\n${single({ window: '5' })}`]) {
      expect(isGoodToSec(text)).toBe(read(text).diagnostics.every(({ severity }) => severity !== 'error'));
    }
  });

  test('refuses patterns of more lines than an explicit --bufsize', () => {
    const texts = ['RegExp2', 'RegExp3', 'NSubStr4'].map((ptype) => single({ ptype }));
    const ours = texts.map((text) => read(text, { settings: { ...settings, bufsize: 2 } }).rules.length);
    expect(acceptedBySec(texts, ['--bufsize=2'])).toEqual(ours);
  });

  test('evaluates contexts as postfix does, for all settings of their operands', () => {
    const expressions = [
      'A || B && C',
      'A && B || C && D',
      'A || B || C && D',
      '!A || !B && C',
      '!(A || B) && C || D',
      'A && !B || !C',
      'A || (B && C) || D',
      '(A || B && C) && D',
      '!!A && B || C && !D',
      'A && (B || C && D)',
      'A || B && C || D',
      'A && B && C || D',
      'A || B && !C && D',
      '!(A && B || C && D)',
      'A || !(B && C)',
    ];
    const tried = expressions.map((context, index) =>
      single({ pattern: '^try', context, continue: 'TakeNext', action: `write - ${String(index)}` }),
    );
    const rules = [
      single({ pattern: '^make (\\w)', action: 'create $1', continue: 'TakeNext' }),
      single({ pattern: '^try', action: 'write - try', continue: 'TakeNext' }),
      ...tried,
      single({ pattern: '^end', action: 'delete A; delete B; delete C; delete D' }),
    ];
    const names = ['A', 'B', 'C', 'D'];
    const chosen = Array.from({ length: 16 }, (_, bits) => names.filter((_, at) => (bits >> at) % 2 === 1));
    const lines = chosen.flatMap((set) => [...set.map((name) => `make ${name}`), 'try', 'end']);
    const ours = chosen.flatMap((set) => [
      'try',
      ...expressions.flatMap((text, index) => {
        const context = contextOf(text, { precedence: 'sec' });
        if (!('expression' in context)) throw new Error(`${text} was refused`);
        const holds = evaluate(
          context.expression,
          (operand) => operand.type === 'context' && set.includes(operand.name),
        );
        return holds ? [String(index)] : [];
      }),
    ]);
    expect(playSec(rules.join('\n'), lines)).toEqual(ours);
  });

  test('gives the same variables for an expression and for the Perl code made of it', () => {
    const sources = ['(?:(a)|b)*c', '^(?<n>\\w+) (\\d+)?$', "it's \\\\ (x)", 'plain', '(?:(x)|(y)|z)+'];
    const lines = ['abac', 'word 12', 'word ', "it's \\ x", 'plain', 'xyz', 'zyx', 'bbc', ''];
    const action = 'write - [$0] [$1] [$2] [$+{n}]';
    const play = (ptype: string, patternOf: (source: string) => string) =>
      playSec(
        sources
          .map((source) => single({ ptype, pattern: patternOf(source), action, continue: 'TakeNext' }))
          .join('\n'),
        lines,
      );
    const real = play('RegExp', (source) => source);
    expect(real.length).toBeGreaterThan(8);
    expect(play('PerlFunc', (source) => perlOfRegex(source, 1))).toEqual(real);
  });
});

test('without an oracle too, the corpus is read without a bug', () => {
  for (const text of corpus) expect(read(text, { perl: false }).program.files).toHaveLength(1);
  expect(corpus.length).toBeGreaterThan(200);
});

describe('docs/sec.md', () => {
  const page = readFileSync(new URL('../../../docs/sec.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^```sec\n(.*?)^```/gms)].map(([, text = '']) => {
    const { program, told: mistakes } = read(text);
    return [...mistakes, ...adviseSec(program, ports).map(({ code }) => code)];
  });

  test('its rules have the traps that it says, and then none', () => {
    expect(told).toEqual([['sec.no-groups', 'sec.shell-refused', 'sec.no-window', 'sec.no-life'], []]);
  });

  test('names the code of every warning', () => {
    for (const code of ['shell', 'loop', 'no-life', 'unreachable', 'precedence', 'file-name']) {
      expect(page).toContain(`\`sec.${code}\``);
    }
  });
});
