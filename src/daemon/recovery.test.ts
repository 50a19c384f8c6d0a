import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { channelOf, rulesOf } from '../../tests/property/alerting-samples.ts';
import { eventAt } from '../../tests/property/engine-samples.ts';
import { programFrom } from '../../tests/property/kinds-samples.ts';
import { createEngine } from '../engine/engine.ts';
import type { EngineInput } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import { instant, millis } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import { openLedger } from '../store/ledger.ts';
import { createMatchPorts } from './node-ports.ts';
import { recover, ruleHashes } from './recovery.ts';
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

/** What the engine is given when the ledger is recovered under these rules. */
function givenTo(rules: readonly object[]): readonly EngineInput[] {
  const given: EngineInput[] = [];
  const recovery = recover(ledger, {
    program: programFrom(rules),
    alerting: rulesOf({ channels: [channelOf('phone')] }),
    outside: { match: createMatchPorts() },
    keysPerRule: 10,
    late: millis(0),
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
