import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { instant } from '../../src/model/time.ts';
import type { Ledger } from '../../src/store/contract.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { applyCheckpoint, applyRound, contentOfLedger, contentOfModel, emptyModel } from './ledger-model.ts';
import { checkpointContent, roundAt, roundContent } from './ledger-samples.ts';

const at = instant(1_790_000_000_000);
const root = mkdtempSync(join(tmpdir(), 'ledger-restore-'));
let directories = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshDirectory(): string {
  directories += 1;
  const directory = join(root, String(directories));
  mkdirSync(directory, { mode: 0o700 });
  return directory;
}

async function open(directory: string): Promise<Ledger> {
  const opened = await openLedger({ directory }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  expect(opened.notes).toEqual([]);
  return opened.ledger;
}

/** The files as a power cut would leave them, except for shared memory, which would be gone. */
function copyOf(directory: string): string {
  const copy = freshDirectory();
  for (const name of ['ledger.db', 'ledger.db-wal']) {
    if (existsSync(join(directory, name))) copyFileSync(join(directory, name), join(copy, name));
  }
  return copy;
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('round' as const), content: roundContent }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('checkpoint' as const), content: checkpointContent }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const) }) },
);

test('whatever is committed is what is restored, through any checkpoints, stops and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const model = emptyModel();
      let directory = freshDirectory();
      let ledger = await open(directory);
      for (const one of steps) {
        if (one.type === 'round') {
          const round = roundAt(model.nextSeq, one.content);
          applyRound(model, round);
          expect(ledger.commit(round)).toEqual({ ok: true });
        } else if (one.type === 'checkpoint') {
          const { behind, rules, ...rest } = one.content;
          const checkpoint = { ...rest, nextSeq: Math.max(0, model.nextSeq - behind), rules: new Map(rules) };
          applyCheckpoint(model, checkpoint);
          expect(ledger.checkpoint(checkpoint)).toEqual({ ok: true });
        } else {
          if (one.type === 'crash') directory = copyOf(directory);
          ledger.close();
          ledger = await open(directory);
        }
        expect(contentOfLedger(ledger)).toEqual(contentOfModel(model));
      }
      ledger.close();
    }),
    { numRuns: 60 },
  );
});

test('a write-ahead log that is cut anywhere restores one of the commits, whole', async () => {
  const rounds = fc.array(roundContent, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rounds, fc.double({ min: 0, max: 1, noNaN: true }), async (contents, share) => {
      const model = emptyModel();
      const directory = freshDirectory();
      // Closed once, so that the empty ledger is in the main file before the log begins.
      (await open(directory)).close();
      const ledger = await open(directory);
      const states = [contentOfModel(model)];
      for (const content of contents) {
        const round = roundAt(model.nextSeq, content);
        applyRound(model, round);
        expect(ledger.commit(round)).toEqual({ ok: true });
        states.push(contentOfModel(model));
      }
      const copy = copyOf(directory);
      ledger.close();
      const log = join(copy, 'ledger.db-wal');
      truncateSync(log, Math.floor(statSync(log).size * share));
      const restored = await open(copy);
      expect(states).toContainEqual(contentOfLedger(restored));
      restored.close();
    }),
    { numRuns: 40 },
  );
});
