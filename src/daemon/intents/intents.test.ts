import { describe, expect, test } from 'vitest';
import type { EngineInput } from '../../model/effect.ts';
import type { Intent } from '../../model/intent.ts';
import { instant } from '../../model/time.ts';
import type { IntentRow } from '../../store/contract.ts';
import type { Carried } from './carrier.ts';
import { lost, type Report } from './contract.ts';
import { createIntents, type Intents } from './intents.ts';

const now = instant(1000);

/** A carrier that ends things when a test says so, and a loop that takes reports when a test says so. */
interface Bench {
  readonly intents: Intents;
  readonly begun: string[];
  readonly said: string[];
  end(id: string, carried?: Carried): Promise<void>;
  /** Takes what was reported: rows are committed, inputs kept. */
  turn(): readonly IntentRow[];
  readonly inputs: EngineInput[];
  decide(seq: number, intent: Intent): IntentRow;
}

function bench(limits = { waiting: 100, unsettled: 100, commands: 2 }, clock = () => 0): Bench {
  const reports: Report[] = [];
  const begun: string[] = [];
  const said: string[] = [];
  const inputs: EngineInput[] = [];
  const ends = new Map<string, (carried: Carried) => void>();
  const say = (message: string, members?: { readonly text?: unknown }): void =>
    void said.push(`${message}: ${String(members?.text)}`);
  const intents = createIntents(
    {
      limits,
      carrier: {
        carry({ id }) {
          begun.push(id);
          return new Promise((resolve) => ends.set(id, resolve));
        },
        signal: async (signal) => (now, seq) => ({ type: 'control', seq, now, signal }),
        closeOutputs: async () => undefined,
        stop: async () => undefined,
      },
      log: { debug: say, info: say, warn: say, error: say },
      reach: () => undefined,
      offer: (report) => void reports.push(report),
    },
    clock,
  );
  let seq = 1000;
  return {
    intents,
    begun,
    said,
    inputs,
    async end(id, carried = { outcome: { type: 'done' } }) {
      ends.get(id)?.(carried);
      await Promise.resolve();
      await Promise.resolve();
    },
    turn() {
      const taken = reports.splice(0);
      for (const { make } of taken) if (make !== undefined) inputs.push(make(now, seq++));
      const rows = taken.flatMap((report) => report.rows?.() ?? []);
      intents.committed();
      return rows;
    },
    decide(seq, intent) {
      const row = intents.take({
        type: 'do',
        rule: 'r',
        action: 'a',
        desc: 'd',
        intent,
        now,
        seq,
        ordinal: 0,
      });
      intents.committed();
      return row;
    },
  };
}

const log: Intent = { type: 'log', text: 'x' };
const run = (more: Partial<Extract<Intent, { type: 'run' }>> = {}): Intent => ({
  type: 'run',
  child: 'c',
  command: { type: 'argv', argv: ['true'] },
  outputs: false,
  reports: true,
  ...more,
});

describe('the way of an intent', () => {
  test('is begun when it is committed, not before, and settled once', async () => {
    const { intents, begun, end, turn } = bench();
    const effect = { rule: 'r', action: 'a', desc: 'd', intent: log, now, seq: 7, ordinal: 2 };
    const row = intents.take({ type: 'do', ...effect });
    expect(row).toMatchObject({ id: '7.2', state: 'pending', createdAt: now });
    expect(begun).toEqual([]);
    intents.committed();
    expect(begun).toEqual(['7.2']);
    await end('7.2');
    expect(intents.unsettled()).toBe(1);
    expect(turn()).toEqual([{ ...row, state: 'done' }]);
    expect(begun).toEqual(['7.2']);
    expect(intents.unsettled()).toBe(0);
    expect(intents.counts()).toEqual({ done: 1, lost: 0, running: 0, waiting: 0 });
  });

  test('what was lost is settled with the reason, and said once a minute', async () => {
    const { decide, end, turn, said } = bench();
    for (const seq of [1, 2, 3]) {
      decide(seq, log);
      await end(`${seq}.0`, { outcome: lost('no room') });
    }
    expect(turn().map(({ outcome }) => outcome)).toEqual(Array.from({ length: 3 }, () => 'lost: no room'));
    expect(said).toEqual(['an action of a rule was not carried out: no room']);
  });

  test('commands that go in turn wait for each other, but not for those of other rules', async () => {
    const { intents, begun, end, turn, decide } = bench({ waiting: 100, unsettled: 100, commands: 4 });
    const inTurn = run({ inTurn: true, reports: false });
    expect([1, 2, 3].map((seq) => decide(seq, inTurn).state)).toEqual(['running', 'pending', 'pending']);
    const other = { type: 'do', rule: 's', action: 'a', desc: 'd', intent: inTurn, now, ordinal: 0 } as const;
    intents.take({ ...other, seq: 4 });
    decide(5, run());
    expect(begun).toEqual(['1.0', '4.0', '5.0']);
    await end('5.0');
    expect(turn()).toHaveLength(1);
    await end('1.0');
    expect(turn().map(({ id, state }) => [id, state])).toEqual([
      ['1.0', 'done'],
      ['2.0', 'running'],
    ]);
    expect(begun).toEqual(['1.0', '4.0', '5.0', '2.0']);
  });

  test('a command is running before it begins; the others wait in their order', async () => {
    const { decide, end, turn, begun } = bench();
    expect([1, 2, 3, 4].map((seq) => decide(seq, run()).state)).toEqual([
      'running',
      'running',
      'pending',
      'pending',
    ]);
    expect(begun).toEqual(['1.0', '2.0']);
    await end('2.0');
    expect(turn().map(({ id, state }) => `${id} ${state}`)).toEqual(['2.0 done', '3.0 running']);
    expect(begun).toEqual(['1.0', '2.0', '3.0']);
  });

  test('beyond the limit it is given up, and its rule told', () => {
    const { decide, turn, inputs, begun } = bench({ waiting: 2, unsettled: 4, commands: 1 });
    decide(1, run());
    decide(2, run());
    const late = decide(3, run({ child: 'late' }));
    expect(late).toMatchObject({ state: 'done', outcome: 'lost: 2 commands wait already' });
    decide(4, log);
    decide(5, log);
    expect(decide(6, log)).toMatchObject({ state: 'done', outcome: 'lost: 4 intents wait already' });
    expect(turn()).toEqual([]);
    expect(inputs).toEqual([
      { type: 'commandFinished', seq: expect.any(Number), now, child: 'late', rule: 'r' },
    ]);
    expect(begun).toEqual(['1.0', '4.0', '5.0']);
  });

  test('reading waits for much that is to be written, but not for a disk that takes nothing', async () => {
    let clock = 0;
    const { intents, decide, end, turn } = bench({ waiting: 2, unsettled: 9, commands: 9 }, () => clock);
    decide(1, run());
    decide(2, run());
    decide(3, log);
    expect(intents.isCrowded()).toBe(false);
    decide(4, log);
    expect(intents.isCrowded()).toBe(true);
    clock = 5000;
    expect(intents.isCrowded()).toBe(false);
    await end('3.0');
    turn();
    decide(5, log);
    expect(intents.isCrowded()).toBe(true);
    await end('4.0');
    turn();
    expect(intents.isCrowded()).toBe(false);
  });

  test('the end does not wait for ever for what does not answer', async () => {
    const { intents, decide } = bench();
    decide(1, log);
    const begun = performance.now();
    await intents.finish(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(intents.unsettled()).toBe(1);
  });

  test('once the end has begun nothing more begins', async () => {
    const { intents, decide, begun } = bench();
    await intents.finish(0);
    decide(1, log);
    expect(begun).toEqual([]);
  });
});

describe('after a crash', () => {
  const row = (id: string, intent: Intent, state: IntentRow['state']): IntentRow => ({
    id,
    rule: 'r',
    action: 'a',
    desc: 'd',
    intent,
    state,
    createdAt: now,
  });

  test('what was not begun, or may have been done, is done in its order', () => {
    const { intents, begun, turn } = bench();
    intents.resume([row('1.0', log, 'pending'), row('2.0', run(), 'pending'), row('3.0', log, 'pending')]);
    expect(begun).toEqual(['1.0', '3.0']);
    expect(turn()).toEqual([row('2.0', run(), 'running')]);
    expect(begun).toEqual(['1.0', '3.0', '2.0']);
  });

  test('a command that ran: its rule is told, it is unknown, and it is repeated once, unheard', async () => {
    const { intents, begun, turn, inputs, end } = bench();
    intents.resume([row('1.0', run(), 'running')]);
    const [unknown] = turn();
    expect(unknown).toMatchObject({ id: '1.0', state: 'unknown', intent: { reports: false } });
    expect(inputs).toEqual([expect.objectContaining({ type: 'commandFinished', child: 'c' })]);
    expect(inputs[0]).not.toHaveProperty('exit');
    expect(begun).toEqual(['1.0']);
    await end('1.0', { outcome: { type: 'done', text: 'exit 1' } });
    expect(turn()).toEqual([expect.objectContaining({ state: 'unknown', outcome: 'exit 1' })]);
  });

  test('a command whose lines were read is not repeated: nobody would take them', () => {
    const { intents, begun, turn, inputs } = bench();
    intents.resume([row('1.0', run({ outputs: true, reports: false }), 'running')]);
    expect(turn()).toEqual([expect.objectContaining({ state: 'unknown' })]);
    expect(inputs).toHaveLength(1);
    expect(begun).toEqual([]);
    expect(intents.unsettled()).toBe(0);
  });

  test('more than may run at once wait, and keep the word that they are unknown', async () => {
    const { intents, begun, turn, end } = bench();
    intents.resume(['1.0', '2.0', '3.0'].map((id) => row(id, run(), 'running')));
    expect(turn().map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(begun).toEqual(['1.0', '2.0']);
    await end('1.0');
    expect(turn().map(({ id, state }) => `${id} ${state}`)).toEqual(['1.0 unknown', '3.0 unknown']);
    expect(begun).toEqual(['1.0', '2.0', '3.0']);
  });
});
