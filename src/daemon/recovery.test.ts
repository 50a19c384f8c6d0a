import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { channelOf, raiseAt, rulesOf } from '../../tests/property/alerting-samples.ts';
import { eventAt } from '../../tests/property/engine-samples.ts';
import { programFrom } from '../../tests/property/kinds-samples.ts';
import { createAlerting } from '../alerting/alerting.ts';
import { createEngine } from '../engine/engine.ts';
import type { EngineInput } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import { instant, millis } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import type { Item } from './loop.ts';
import { openLedger } from '../store/ledger.ts';
import { createMatchPorts } from './node-ports.ts';
import { endOrphans } from './orphans.ts';
import { recover, ruleHashes, type Build } from './recovery.ts';
import { openDraft } from './round.ts';

let dir: string;
let ledger: Ledger;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'recovery-'));
  const opened = await openLedger({ directory: join(dir, 'state') }, instant(1));
  if (!opened.ok) throw new Error(opened.failure.detail);
  ({ ledger } = opened);
});
afterEach(() => {
  ledger.close();
  rmSync(dir, { recursive: true, force: true });
});

const a = { id: 'a', match: 'x', alert: {} };
const b = { id: 'b', match: 'x y', alert: {} };
const c = { id: 'c', match: 'x y z', alert: {} };

const buildOf = (rules: readonly object[]): Build => ({
  program: programFrom(rules),
  alerting: rulesOf({ channels: [channelOf('phone')] }),
  outside: { match: createMatchPorts() },
  keysPerRule: 10,
  late: millis(0),
});

/** What the engine is given when the ledger is recovered under these rules. */
function givenTo(rules: readonly object[]): readonly EngineInput[] {
  const given: EngineInput[] = [];
  const recovery = recover(ledger, {
    ...buildOf(rules),
    makeEngine: (program, options) => {
      const engine = createEngine(program, options);
      return {
        ...engine,
        step(input) {
          given.push(input);
          return engine.step(input);
        },
      };
    },
  });
  expect(recovery.ok).toBe(true);
  return given;
}

/** Rounds under these rules, each with an event for the rules of these places. */
function keep(rules: readonly object[], places: readonly (readonly number[])[]): void {
  const hashes = ruleHashes(programFrom(rules));
  ledger.checkpoint({ nextSeq: 1, now: instant(1), engineRows: [], rules: hashes });
  for (const [index, given] of places.entries()) {
    const draft = openDraft();
    const input = { ...eventAt(10 + index, 'x y z'), rules: given };
    draft.journal({ seq: 10 + index, input: input as unknown as Json });
    expect(ledger.commit(draft.close(instant(10 + index), 11 + index, [])).ok).toBe(true);
  }
}

const rulesGiven = (inputs: readonly EngineInput[]) =>
  inputs.flatMap((input) => (input.type === 'event' ? [input.rules] : []));

test('events of the journal go to the rules to which they went, wherever these stand now', () => {
  const places = [[0], [1, 2], [], [0, 2]];
  keep([a, b, c], places);
  expect(rulesGiven(givenTo([c, a, b]))).toEqual([[1], [2, 0], [], [1, 0]]);
  keep([a, b, c], places);
  expect(rulesGiven(givenTo([a, b, c]))).toEqual(places);
});

test('a rule that is gone or changed gets nothing of before', () => {
  keep([a, b, c], [[0, 1, 2], [1]]);
  expect(rulesGiven(givenTo([c, { ...a, match: 'other' }]))).toEqual([[0], []]);
});

test('rules that only changed places are written down anew: the next journal names them by these', () => {
  keep([a, b], []);
  givenTo([b, a]);
  const after = ledger.recall();
  expect(after.ok && [...after.restored.rules.keys()]).toEqual(['b', 'a']);
});

test('to write is the last thing that can fail: what was read once is not asked for again', () => {
  keep([a, b], [[0], [1]]);
  const failure = { type: 'io', detail: 'said the test' } as const;
  let reads = 0;
  const failing: Ledger = {
    ...ledger,
    recall: () => ((reads += 1) === 1 ? ledger.recall() : { ok: false, failure }),
  };
  const recovery = recover(failing, buildOf([a, { ...b, match: 'other' }]));
  expect(recovery).toMatchObject({ ok: true, recovered: { changed: ['b'], replayed: 2, nextSeq: 12 } });
});

test('the machines are those that the next start finds', () => {
  keep([a, { ...b, count: { reach: 3, within: '1h' } }], [[0, 1], [1], [1]]);
  const rules = [
    { ...b, count: { reach: 3, within: '1h' } },
    { ...a, match: 'other' },
  ];
  const [first, second] = [recover(ledger, buildOf(rules)), recover(ledger, buildOf(rules))];
  if (!first.ok || !second.ok) throw new Error('the ledger cannot be read');
  const events = [20, 21].map((seq) => ({ ...eventAt(seq, 'x y z'), rules: [0] }));
  const stepped = [first, second].map(({ recovered }) =>
    events.map((e) => recovered.machines.engine.step(e)),
  );
  expect(stepped[0]).toEqual(stepped[1]);
  expect(stepped[0]?.flat()).toMatchObject([{ type: 'raise', rule: 'b' }, { type: 'raise' }]);
});

test('what a rule counted outlives a change of it; what it waited for does not', () => {
  const counting = { ...b, count: { reach: 3, within: '1h' } };
  keep([counting], [[0], [0]]);
  expect(recover(ledger, buildOf([counting])).ok).toBe(true);
  const recovery = recover(ledger, buildOf([{ ...counting, match: 'z' }]));
  if (!recovery.ok) throw new Error('the ledger cannot be read');
  const { engine } = recovery.recovered.machines;
  const again = { ...eventAt(20, 'x y z'), rules: [0] };
  expect(engine.step(again)).toEqual([]);
  expect(engine.counters()).toMatchObject([{ rule: 'b', matched: 3, absorbed: { window: 3 } }]);
});

/** What is offered to the loop when alerts of changed rules are ended. */
function endedOf(rules: readonly object[], changed: readonly string[]): readonly object[] {
  const offered: Item[] = [];
  const log = { warn: () => undefined };
  endOrphans({ ledger, log }, { program: programFrom(rules) }, changed, (item) => offered.push(item));
  return offered.flatMap((item) => (item.type === 'decide' ? [item.input(instant(0), 0)] : []));
}

test('an alert of a rule that changed is ended, also by a start after the one that saw the change', () => {
  keep([a, b], []);
  const alerting = createAlerting(buildOf([]).alerting);
  const draft = openDraft();
  for (const rule of ['a', 'b']) draft.decided(alerting.step(raiseAt(5, { rule, clears: true })));
  expect(ledger.commit(draft.close(instant(5), 6, alerting.changes())).ok).toBe(true);
  const [orphan] = ledger.openAlerts().filter(({ rule }) => rule === 'a');
  const rules = [{ ...a, match: 'other' }, b];
  const end = { type: 'resolve', alert: orphan?.id, isOrphan: true };
  for (const changed of [['a'], []]) {
    expect(recover(ledger, buildOf(rules))).toMatchObject({ ok: true, recovered: { changed } });
    expect(endedOf(rules, changed)).toMatchObject([end]);
  }
  const others = [rules[0] ?? {}, { ...b, match: 'other' }];
  expect(recover(ledger, buildOf(others))).toMatchObject({ ok: true, recovered: { changed: ['b'] } });
  expect(endedOf(others, ['b'])).toHaveLength(2);
});
