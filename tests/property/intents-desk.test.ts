import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineInput } from '../../src/model/effect.ts';
import type { Intent } from '../../src/model/intent.ts';
import { instant } from '../../src/model/time.ts';
import type { Carried } from '../../src/daemon/intents/carrier.ts';
import type { Report } from '../../src/daemon/intents/contract.ts';
import { createIntents, type Intents } from '../../src/daemon/intents/intents.ts';
import type { IntentRow } from '../../src/store/contract.ts';

const now = instant(1);
const mostCommands = 3;

/** What may happen next: something is decided, a turn is committed, something ends, the process dies. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('decide' as const),
      kind: fc.constantFrom('write', 'run', 'feed'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('turn' as const) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const) }) },
);

function intentOf(kind: string, id: number): Intent {
  if (kind === 'write') return { type: 'write', file: '/f', how: 'line', text: String(id) };
  const command = { type: 'argv', argv: ['true'] } as const;
  return { type: 'run', child: String(id), command, outputs: kind === 'feed', reports: kind === 'run' };
}

/** The world and the ledger outlive the process; the rest is made anew. */
function world() {
  const rows = new Map<string, IntentRow>();
  const begun: string[] = [];
  const heard = new Map<string, (number | undefined)[]>();
  const decided: string[] = [];
  let reports: Report[] = [];
  let undecided: IntentRow[] = [];
  let under = new Map<string, (carried: Carried) => void>();
  let intents: Intents;
  let seq = 0;

  const hear = (input: EngineInput): void => {
    if (input.type !== 'commandFinished') return;
    heard.set(input.child, [...(heard.get(input.child) ?? []), input.exit]);
  };

  const start = (): void => {
    reports = [];
    undecided = [];
    under = new Map();
    const own = under;
    intents = createIntents({
      limits: { waiting: 1000, unsettled: 1000, commands: mostCommands },
      carrier: {
        carry({ id }) {
          begun.push(id);
          return new Promise((resolve) => own.set(id, resolve));
        },
        signal: async (signal) => (now, seq) => ({ type: 'control', seq, now, signal }),
        closeOutputs: async () => undefined,
        stop: async () => undefined,
      },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      reach: () => undefined,
      offer: (report) => void (own === under && reports.push(report)),
    });
    const isUnsettled = ({ state }: IntentRow): boolean => state === 'pending' || state === 'running';
    intents.resume([...rows.values()].filter(isUnsettled));
  };

  const keep = (row: IntentRow): void => {
    const { intent } = rows.get(row.id) ?? row;
    rows.set(row.id, { ...row, intent });
  };

  const turn = (): void => {
    const round = [
      ...undecided,
      ...reports.splice(0).flatMap(({ make, rows }) => {
        if (make !== undefined) hear(make(now, (seq += 1)));
        return rows?.() ?? [];
      }),
    ];
    undecided = [];
    for (const row of round) keep(row);
    for (const { id } of round) if (!decided.includes(id)) decided.push(id);
    intents.committed();
  };

  const settle = async (): Promise<void> => {
    for (let ticks = 0; ticks < 5; ticks++) await Promise.resolve();
  };

  start();
  return {
    rows,
    begun,
    heard,
    decided,
    running: () => [...under.keys()].filter((id) => rows.get(id)?.intent.type === 'run').length,
    isDone: () => reports.length === 0 && undecided.length === 0 && under.size === 0,
    decide(kind: string) {
      seq += 1;
      const intent = intentOf(kind, seq);
      undecided.push(
        intents.take({ type: 'do', rule: 'r', action: kind, desc: '', intent, now, seq, ordinal: 0 }),
      );
    },
    turn,
    async end(which: number) {
      const [id, resolve] = [...under][which % Math.max(1, under.size)] ?? [];
      if (id === undefined || resolve === undefined) return;
      under.delete(id);
      const intent = rows.get(id)?.intent;
      // As the carrier: a repeated command does not report.
      const reports = intent?.type === 'run' && intent.reports && rows.get(id)?.state === 'running';
      const outcome = { type: 'done' } as const;
      resolve(
        reports
          ? {
              outcome,
              make: (now, seq) => ({
                type: 'commandFinished',
                seq,
                now,
                child: intent.child,
                rule: 'r',
                exit: 0,
              }),
            }
          : { outcome },
      );
      await settle();
    },
    crash: start,
  };
}

test('whatever happens when, each intent is carried out and settled as it was promised', async () => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const at = world();
      let died = 0;
      for (const each of steps) {
        if (each.type === 'decide') at.decide(each.kind);
        else if (each.type === 'turn') at.turn();
        else if (each.type === 'end') await at.end(each.which);
        else {
          at.crash();
          died += 1;
        }
        expect(at.running()).toBeLessThanOrEqual(mostCommands);
      }
      crashes += died;
      for (let turns = 0; !at.isDone(); turns++) {
        expect(turns).toBeLessThan(1000);
        at.turn();
        await at.end(0);
      }

      for (const id of at.decided) {
        const row = at.rows.get(id);
        const times = at.begun.filter((begun) => begun === id).length;
        const what = `${id} ${row?.action} ${row?.state}`;
        expect(['done', 'unknown'], what).toContain(row?.state);
        if (row?.action === 'write') expect(row.state, what).toBe('done');
        // Once, and again only after a crash; a command once more at most, one whose lines are read never.
        const most = { write: 1 + died, run: 2, feed: 1 }[row?.action ?? ''] ?? 0;
        expect(times, what).toBeLessThanOrEqual(most);
        if (row?.action !== 'feed' && died === 0) expect(times, what).toBe(1);
        if (row?.action === 'write') expect(times, what).toBeGreaterThanOrEqual(1);
        if (row?.intent.type !== 'run') continue;
        // A rule hears of its command exactly once: how it ended, or that nobody knows.
        const ends = at.heard.get(row.intent.child) ?? [];
        if (row.action === 'run') expect(ends, what).toEqual([row.state === 'unknown' ? undefined : 0]);
        else expect(ends, what).toEqual(row.state === 'unknown' ? [undefined] : []);
      }
      // First beginnings come in the order of decisions: of writes, and of commands.
      for (const isRun of [true, false]) {
        const firsts = [...new Set(at.begun)].filter(
          (id) => (at.rows.get(id)?.intent.type === 'run') === isRun,
        );
        const order = at.decided.filter((id) => firsts.includes(id));
        expect(firsts).toEqual(order);
      }
    }),
    { numRuns: 400 },
  );
  // Of how many there are chance decides; none would prove nothing.
  expect(crashes).toBeGreaterThan(20);
});
