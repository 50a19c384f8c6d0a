import { afterAll, expect, test } from 'vitest';
import { compileRegex, type CompiledRegex } from '../../../src/match/perl/compile.ts';
import type { Origin } from '../../../src/model/program.ts';
import { createTestPorts } from '../../property/match-ports.ts';
import { disturb, makePattern, makeText } from './grammar.ts';
import { startPerl, type PerlAnswer, type Question, type Reply } from './perl-child.ts';
import { createChance } from './random.ts';

/** What may be refused although Perl takes it, each with its own message; anything else is a mistake. */
const OPEN_REFUSALS = new Set([
  'pattern.capture',
  'pattern.empty',
  'pattern.reference',
  'pattern.lookbehind',
  'pattern.repeat',
]);

const PAIRS = Number(process.env['PAIRS'] ?? 20_000);
const SEED = Number(process.env['SEED'] ?? 20_261_120);
const TEXTS = 8;
const BATCH = 250;

const ports = createTestPorts(2000);
const origin: Origin = { dialect: 'sec', file: 'oracle', line: 1, column: 1 };
const perl = startPerl();
afterAll(() => perl.close());

const tally = {
  pairs: 0,
  matches: 0,
  patterns: 0,
  refused: new Map<string, number>(),
  perlRefused: 0,
  perlTorn: 0,
};

test(`the same matches and groups as Perl, on ${String(PAIRS)} pairs (seed ${String(SEED)})`, async () => {
  const chance = createChance(SEED);
  const wrong: string[] = [];
  while (tally.pairs < PAIRS && wrong.length < 15) {
    const questions = Array.from({ length: BATCH }, (): Question => {
      const mode = chance.oneIn(2) ? 'b' : 'u';
      const { source, text } = makePattern(chance, mode);
      const texts = Array.from({ length: TEXTS }, (_, index) =>
        index % 4 === 0 ? makeText(chance, mode) : disturb(chance, mode, text()),
      );
      return { mode, pattern: source, texts };
    });
    const replies = await perl.ask(questions);
    for (const [index, question] of questions.entries()) {
      const reply = replies[index];
      if (reply !== undefined) wrong.push(...(await settle(question, compare(question, reply))));
    }
  }
  console.log(
    `seed ${String(SEED)}:`,
    JSON.stringify({ ...tally, refused: Object.fromEntries(tally.refused) }),
  );
  expect(wrong.join('\n')).toBe('');
  expect(tally.perlTorn).toBeLessThan(tally.patterns / 1000 + 5);
}, 900_000);

/**
 * Perl's optimiser has mistakes of its own. A difference that goes away when the same pattern is written in
 * another way is one of these.
 */
async function settle(question: Question, wrong: readonly string[]): Promise<readonly string[]> {
  if (wrong.length === 0) return [];
  const end = question.pattern.includes('(?x)') ? '\n)' : ')';
  const forms = [
    `(?:${question.pattern}${end}`,
    `(?s:\\A.*?)(?:${question.pattern}${end}`,
    `(?:${question.pattern}${end}|\\a{7}`,
    question.pattern.replace(/(\{ ?\d+ ?\})\?/g, '$1'),
  ];
  const replies = await perl.ask(forms.map((pattern) => ({ ...question, pattern })));
  if (!replies.some((reply) => compare(question, reply).length === 0)) return wrong;
  tally.perlTorn += 1;
  return [];
}

function compare(question: Question, reply: Reply): string[] {
  const { pattern, texts } = question;
  const compiled = compileRegex(pattern, origin, ports);
  tally.patterns += 1;
  if (!compiled.ok)
    return compareRefusal(
      question,
      reply,
      compiled.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    );
  if ('error' in reply) return [`accepted ${JSON.stringify(pattern)}: ${reply.error}`];
  // For characters Perl folds letters beyond ASCII, and (?^) ends the rule that classes are those of ASCII.
  if ((question.mode === 'u' && /\(\?[a-z]*i/.test(pattern)) || pattern.includes('(?^')) return [];
  const leaky = compiled.diagnostics.some(({ message }) => message.includes('never has a value'));
  if (leaky) return [];
  // Perl 5.36 gives back half of a CR LF that a repeated \R took, against its own manual.
  const halves = (text: string): boolean => text.includes('\r\n') && /\\R\)*[*+?{]/.test(pattern);
  return texts.flatMap((text, index) =>
    halves(text) ? [] : compareMatch(compiled.value, text, reply.answers[index] ?? null),
  );
}

function compareRefusal({ pattern }: Question, reply: Reply, codes: readonly string[]): string[] {
  if ('error' in reply) {
    tally.perlRefused += 1;
    return [];
  }
  for (const code of codes) tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
  return codes.every((code) => OPEN_REFUSALS.has(code))
    ? []
    : [`refused ${JSON.stringify(pattern)}: ${codes.join(' ')}`];
}

function compareMatch(regex: CompiledRegex, text: string, expected: PerlAnswer): string[] {
  const found = regex.exec(text);
  tally.pairs += 1;
  if (expected !== null) tally.matches += 1;
  if (found === 'timedOut' || expected === 'panic') return [];
  const [ours, theirs] = [sorted(found ?? null), sorted(expected)];
  return ours === theirs
    ? []
    : [`${JSON.stringify(regex.source)} on ${JSON.stringify(text)}: ${ours}, Perl ${theirs}`];
}

function sorted(groups: Exclude<PerlAnswer, 'panic'>): string {
  return groups === null
    ? 'no match'
    : JSON.stringify(Object.entries(groups).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
