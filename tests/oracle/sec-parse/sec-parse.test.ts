import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adviseSec } from '../../../src/dialects/sec/advice/advise.ts';
import { evaluate } from '../../../src/dialects/sec/precedence.ts';
import { perlOfRegex } from '../../../src/dialects/sec/perl-regex.ts';
import { createChance } from '../perl/random.ts';
import { corpus } from './corpus.ts';
import { acceptedBySec, hasSec, isGoodToSec, playSec } from './real-sec.ts';
import { contextOf, ports, read, settings, single } from './sample.ts';

/** What the real SEC asks of Perl while it reads, and we when the rule is first needed. */
const SEEN_LATER = new Set([single({ context: 'a -> ( sub { 1 } ) B' })]);

const CHANGED = Number(process.env['FILES'] ?? 1500);
const SEED = Number(process.env['SEED'] ?? 20_261_121);

/** Files of the corpus with some characters more or less; without Perl code, and with its expressions as they are. */
function changedTexts(count: number, seed: number): readonly string[] {
  const chance = createChance(seed);
  const signs = [
    '(',
    ')',
    '\\',
    ';',
    ' ',
    '&&',
    '||',
    '!',
    '[',
    ']',
    '=',
    '%v',
    '$1',
    '5',
    '-',
    ',',
    '/',
    '*',
    "'",
  ];
  const more = [
    ...signs,
    'else',
    'none',
    '\n',
    '\\\n',
    '#',
    '\t',
    'varset',
    '\\(',
    '\\)',
    '()',
    'if %v (none)',
    'N',
  ];
  const usable = corpus.filter((text) => !/sub|->|:>|eval|PerlFunc/i.test(text));
  const change = (text: string): string => {
    const lines = text.split('\n');
    const chosen = chance.below(lines.length);
    const line = lines[chosen] ?? '';
    if (line.startsWith('pattern')) return text;
    const from = line.indexOf('=') + 1;
    const at = from + chance.below(line.length - from + 1);
    const added = chance.oneIn(3) ? '' : chance.pick(more);
    lines[chosen] = line.slice(0, at) + added + line.slice(at + (added === '' ? 1 : 0));
    return lines.join('\n');
  };
  return Array.from({ length: count }, () => {
    let text = chance.pick(usable);
    for (let times = chance.below(3); times >= 0; times -= 1) text = change(text);
    return text;
  });
}

/** Whether Perl makes a function of the code. */
function whyNoFunction(code: string): string | undefined {
  const asked = 'my $f = eval $ARGV[0]; print ref($f) eq "CODE" ? "yes" : "no"';
  const { stdout } = spawnSync('perl', ['-e', asked, code], { encoding: 'utf8', timeout: 10_000 });
  return stdout === 'yes' ? undefined : 'it is none';
}

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

  test(`takes the same rules of ${String(CHANGED)} changed files (seed ${String(SEED)})`, () => {
    const texts = changedTexts(CHANGED, SEED);
    const theirs = acceptedBySec(texts);
    const wrong = texts.filter((text, index) => read(text).rules.length !== theirs[index]);
    expect(wrong).toEqual([]);
    expect(theirs.filter((count) => count > 0).length).toBeGreaterThan(CHANGED / 10);
  });

  test('asks Perl for functions while it reads, as we do when there is one to be asked', () => {
    const codes = [
      'sub { 1 }',
      '( sub { @_ } )',
      'sub {',
      '1',
      '$x',
      '\\&main::f',
      'A B',
      'do { sub { 1 } }',
    ];
    const texts = codes.flatMap((code) => [
      single({ ptype: 'PerlFunc', pattern: code }),
      single({ context: `A && b -> (${code}) || C` }),
      single({ action: `lcall %v a -> (${code})` }),
    ]);
    const ours = texts.map((text) => read(text, { whyNoFunction }).rules.length);
    expect(acceptedBySec(texts)).toEqual(ours);
    expect(ours).toContain(0);
    expect(ours).toContain(1);
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
