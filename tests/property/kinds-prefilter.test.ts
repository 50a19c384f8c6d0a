import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIntake } from '../../src/daemon/intake.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Chunk } from '../../src/model/chunk.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import { instant, latest } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';
import { matchPorts, tickAt } from './engine-samples.ts';
import { engineFrom, programFrom, sourceAt } from './kinds-samples.ts';

/** Rules that look for several things; one that hears only others, and one that looks for nothing. */
const rules = [
  {
    id: 'sequence',
    key: 'user',
    program: 'sshd',
    sequence: {
      within: '5m',
      steps: [
        { match: 'failed for (?<user>\\w+)', times: 2 },
        { match: { literal: 'accepted' } },
        { rule: 'waits' },
      ],
    },
    alert: {},
  },
  {
    id: 'waits',
    match: 'failed',
    expect: { match: { all: ['closed', { field: 'program', is: 'sshd' }] }, within: '2m' },
    alert: {},
  },
  { id: 'silent', absent: { match: ['accepted', 'alive'], for: '3m' }, unless: 'calm', alert: {} },
  {
    id: 'both',
    together: { within: '5m', of: [{ match: 'flood' }, { match: 'scan' }, { rule: 'waits' }] },
    alert: {},
  },
  { id: 'ears', together: { within: '9m', of: [{ rule: 'silent' }, { rule: 'waits' }] }, alert: {} },
  { id: 'calm', match: 'calm', set: { context: 'calm', for: '4m' } },
  { id: 'nightly', schedule: '*/7 * * * *', when: 'calm', alert: {} },
];
const every = rules.map((_, index) => index);

const words = [
  'failed for ann',
  'failed for bob',
  'accepted',
  'closed',
  'alive',
  'flood',
  'scan',
  'calm',
  'nothing at all',
];
const someLines = fc.array(
  fc.record({ gap: fc.nat(70), program: fc.constantFrom('sshd', 'app'), text: fc.constantFrom(...words) }),
  { maxLength: 60, size: 'max' },
);
const begin = Date.UTC(2026, 10, 20, 10);

const written = (moves: readonly { gap: number; program: string; text: string }[]): readonly string[] => {
  let at = begin;
  return moves.map(({ gap, program, text }) => {
    at += gap * 1000;
    return `${new Date(at).toISOString()} web1 ${program}[1]: ${text}`;
  });
};

const chunkOf = (texts: readonly string[], offset: number): Chunk => ({
  source: 'app',
  bytes: Buffer.from(texts.map((text) => `${text}\n`).join('')),
  records: { kind: 'lines' },
  position: { stream: 's', begin: offset, end: offset, mark: null },
  receivedAt: instant(begin + 86_400_000),
  reference: instant(begin + 86_400_000),
});

/** What an engine says, without the numbers of inputs; a last tick fires what is still due. */
function said(engine: Engine, inputs: readonly EngineInput[]): readonly string[] {
  const last = tickAt(begin + 86_000_000);
  return [sourceAt(begin), ...inputs, last]
    .flatMap((input) => engine.step(input))
    .map((effect) => JSON.stringify(effect.type === 'raise' ? { ...effect, seq: 0, ordinal: 0 } : effect));
}

function throughScanner(chunks: readonly Chunk[]): readonly EngineInput[] {
  const intake = createIntake({ name: 'app', format: 'auto' }, programFrom(rules), 'UTC', matchPorts);
  let now = instant(0);
  let seq = 0;
  return chunks.flatMap((chunk) =>
    [...intake.take(chunk)].map((taken): EngineInput => {
      now = latest(now, taken.event.at);
      return { type: 'event', seq: (seq += 1), now, event: taken.event, rules: taken.rules };
    }),
  );
}

test('output with the prefilter is output without it, however lines are cut into chunks', () => {
  fc.assert(
    fc.property(someLines, fc.array(fc.nat(60), { maxLength: 5 }), (moves, cuts) => {
      const lines = written(moves);
      const parser = createParser({ format: 'auto', zone: 'UTC' });
      const places: number[] = [];
      let place = 0;
      const plain = lines.map((line, seq): EngineInput => {
        places.push(place);
        const { event } = parser.parse(line, chunkOf([], 0), place);
        place += Buffer.byteLength(line) + 1;
        return { type: 'event', seq, now: event.at, event, rules: every };
      });
      const ends = [...new Set([0, ...cuts.filter((cut) => cut < lines.length), lines.length])].toSorted(
        (a, b) => a - b,
      );
      const chunks = ends.slice(1).map((end, index) => {
        const from = ends[index] ?? 0;
        return chunkOf(lines.slice(from, end), places[from] ?? 0);
      });
      const whole = said(engineFrom(rules, { late: 1000 }), plain);
      expect(said(engineFrom(rules, { late: 1000 }), throughScanner(chunks))).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

test('a rule that looks for nothing, or only hears others, costs no line anything', () => {
  const only = [
    rules[4],
    rules[6],
    { id: 'calm', match: 'calm', set: { context: 'calm', for: '1m' } },
    rules[1],
    rules[2],
  ];
  const intake = createIntake(
    { name: 'app', format: 'plain' },
    programFrom(only.flatMap((rule) => rule ?? [])),
    'UTC',
    matchPorts,
  );
  const chunk = chunkOf(['nothing', 'calm down', 'nothing again'], 0);
  expect([...intake.take(chunk)].map((taken) => [taken.event.line, taken.rules])).toEqual([
    ['calm down', [2]],
  ]);
});
