import { expect, test } from 'vitest';
import type { PerlCall } from '../engine/sec/contract.ts';
import { createEngine } from '../engine/engine.ts';
import type { EngineInput } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import { instant, millis } from '../model/time.ts';
import type { JournalEntry } from '../store/contract.ts';
import { createMemoryLedger } from '../store/memory.ts';
import { recordAnswers, replayAnswers, type Outside } from './answers.ts';
import { createMatchPorts } from './node-ports.ts';
import { recover, ruleHashes, type Build, type MakeEngine } from './recovery.ts';

const real = createMatchPorts();

/** A world that never answers twice the same, and cuts off whatever is matched a second time. */
function fickle(): Outside & { readonly asked: PerlCall[] } {
  const asked: PerlCall[] = [];
  const matched = new Set<string>();
  return {
    asked,
    match: {
      ...real,
      guarded(regex, text) {
        if (matched.has(text)) return 'timedOut';
        matched.add(text);
        return regex.exec(text);
      },
    },
    perl(call) {
      asked.push(call);
      const n = String(asked.length);
      return asked.length % 4 === 0
        ? { ok: false, error: n }
        : { ok: true, values: [n, { ref: asked.length }] };
    },
  };
}

/** A stand-in engine: what it was answered is its state. */
const makeEngine: MakeEngine = (program, options) => {
  const inner = createEngine(program, options);
  let heard: Json[] = [];
  const ask = (call: PerlCall): void => {
    const answer = options.perl?.(call);
    heard.push(answer?.ok === true ? String(answer.values[0]) : `error ${answer?.error}`);
  };
  // As rules do when they are made: this is no part of any input.
  options.perl?.({ type: 'eval', code: 'sub { 1 }' });
  return {
    ...inner,
    step(input) {
      const found = options.match.guarded(/a+$/, `text ${input.seq % 3}`);
      heard.push(found === 'timedOut' ? found : 'in time');
      if (input.type !== 'tick' || input.seq % 2 === 0) {
        ask({ type: 'call', function: 1, args: [String(input.seq), { ref: input.seq }] });
        ask({ type: 'call', function: 2, args: [] });
      }
      return inner.step(input);
    },
    changes: (): Row[] => [...inner.changes(), { scope: 'heard', key: 'all', value: heard }],
    restore(rows) {
      // Only this engine writes that row.
      heard = rows.flatMap(({ scope, value }) => (scope === 'heard' ? (value as Json[]) : []));
      inner.restore(rows.filter(({ scope }) => scope !== 'heard'));
    },
  };
};

const program = { rules: [], hash: 'none' };

const buildOf = (outside: Outside): Build => ({
  program,
  alerting: { receivers: [], routes: [], channels: [], giveUpAfter: millis(1), maxWaiting: 1 },
  outside,
  makeEngine,
  keysPerRule: 10,
  late: millis(0),
});

const input = (seq: number): EngineInput =>
  seq % 3 === 0
    ? { type: 'tick', seq, now: instant(seq) }
    : { type: 'sourceState', seq, now: instant(seq), source: 's', condition: 'atEnd' };

/** Steps as the loop does, and gives the journal that it would write. */
function live(outside: Outside, inputs: readonly EngineInput[]) {
  const recording = recordAnswers(outside);
  const engine = makeEngine(program, {
    match: recording.match,
    ...(recording.perl === undefined ? {} : { perl: recording.perl }),
    limits: { keysPerRule: 10 },
    late: millis(0),
  });
  const journal: JournalEntry[] = [];
  for (const each of inputs) {
    const { answers } = recording.during(() => engine.step(each));
    if (each.type === 'tick' && answers === undefined) continue;
    const entry = { seq: each.seq, input: each as unknown as Json };
    journal.push(answers === undefined ? entry : { ...entry, answers });
  }
  return { engine, journal };
}

const heardBy = (rows: readonly Row[]): Json | undefined =>
  rows.find(({ scope }) => scope === 'heard')?.value;

test('after a crash a machine has heard what it heard before, whatever the world would say now', () => {
  const outside = fickle();
  // Ticks that asked nothing and were cut off nowhere leave no entry, so they must not count here.
  const inputs = Array.from({ length: 40 }, (_, seq) => input(seq)).filter(
    ({ type, seq }) => type !== 'tick' || seq % 2 === 0,
  );
  const { engine, journal } = live(outside, inputs);
  const before = heardBy(engine.changes());
  expect(before).toContain('timedOut');
  expect(before).toContain('error 4');

  const ledger = createMemoryLedger();
  const round = {
    at: instant(39),
    nextSeq: 40,
    journal,
    marks: [],
    alerts: [],
    notifications: [],
    decisions: [],
  };
  ledger.commit({ ...round, messages: new Map(), alertingRows: [] });
  const checkpoint = { nextSeq: 0, now: instant(0), engineRows: [], rules: ruleHashes(program) };
  ledger.checkpoint(checkpoint);
  const asked = outside.asked.length;
  const recovery = recover(ledger, buildOf(outside));
  if (!recovery.ok) throw new Error(recovery.failure.detail);
  const after = heardBy(recovery.recovered.machines.engine.changes()) as readonly Json[];
  expect(recovery.recovered.replayed).toBe(journal.length);
  // The last tick of recovery asks as any other; its answers are of no input.
  expect(after.slice(0, (before as readonly Json[]).length)).toEqual(before);
  // Only rules that are made ask the world again: once for the replay, once for what goes on.
  expect(outside.asked.length - asked).toBe(2);
});

test('an input that got no answers from outside needs none in the journal', () => {
  const recording = recordAnswers({ match: real });
  expect(recording.during(() => recording.match.guarded(/b/, 'abc') !== null)).toEqual({ result: true });
});

test('a match that was in time is in time again, also on a machine that is slower now', () => {
  let slow = 5;
  const replay = replayAnswers({
    match: { ...real, guarded: (regex, text) => ((slow -= 1) >= 0 ? 'timedOut' : regex.exec(text)) },
  });
  expect(replay.during([], () => replay.match.guarded(/b/, 'abc'))).toMatchObject({ index: 1 });
});

test('a question that was not asked before is an error, and says so', () => {
  const { perl } = replayAnswers(fickle());
  const replay = replayAnswers(fickle());
  const call: PerlCall = { type: 'eval', code: '1' };
  expect(perl?.(call)).toMatchObject({ ok: true });
  expect(replay.during(undefined, () => replay.perl?.(call))).toEqual({
    ok: false,
    error: 'this was not asked before',
  });
});
