import { existsSync, mkdtempSync, rmSync, truncateSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import type { IntentRow, Ledger } from './contract.ts';
import { openLedger } from './ledger.ts';
import { loadSqlite } from './sqlite/driver.ts';
import { settledKept } from './write-intents.ts';

const at = instant(1_790_000_000_000);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ledger-intents-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function open(): Promise<{ readonly ledger: Ledger; readonly notes: readonly string[] }> {
  const opened = await openLedger({ directory }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  return opened;
}

const intent = (id: string, more: Partial<IntentRow> = {}): IntentRow => ({
  id,
  rule: 'r',
  action: 'write',
  desc: 'd',
  intent: { type: 'write', file: '/f', how: 'line', text: `line ${id}` },
  state: 'pending',
  createdAt: instant(100),
  ...more,
});

function commit(ledger: Ledger, ...intents: readonly IntentRow[]): void {
  const nothing = { at, nextSeq: 0, journal: [], marks: [], alerts: [], notifications: [], decisions: [] };
  expect(ledger.commit({ ...nothing, messages: new Map(), alertingRows: [], intents })).toEqual({ ok: true });
}

const idsOf = (rows: readonly IntentRow[]): readonly string[] => rows.map(({ id }) => id);

test('what is not settled is restored in the order in which it was decided', async () => {
  const { ledger } = await open();
  commit(ledger, intent('9.0'), intent('10.0', { state: 'running' }), intent('10.1'));
  commit(ledger, intent('9.0', { state: 'done', outcome: 'lost: no room' }), intent('11.0'));
  commit(ledger, intent('10.1', { state: 'unknown' }));
  expect(idsOf(ledger.restore().intents)).toEqual(['10.0', '11.0']);
  expect(ledger.intents({ limit: 10 })).toEqual([
    intent('11.0'),
    intent('10.1', { state: 'unknown' }),
    intent('10.0', { state: 'running' }),
    intent('9.0', { state: 'done', outcome: 'lost: no room' }),
  ]);
  expect(idsOf(ledger.intents({ limit: 1, rule: 'r' }))).toEqual(['11.0']);
  expect(ledger.intents({ limit: 1, rule: 'other' })).toEqual([]);
  ledger.close();
});

test('settled ones are kept up to a number, and never one that is not settled', async () => {
  const { ledger } = await open();
  commit(ledger, intent('first'));
  for (let batch = 0; batch < 13; batch++) {
    const rows = Array.from({ length: 1000 }, (_, n) => intent(`${batch}.${n}`, { state: 'done' }));
    commit(ledger, ...rows);
  }
  const kept = ledger.intents({ limit: 100_000 });
  expect(kept.length).toBeLessThanOrEqual(settledKept + 1001);
  expect(kept.length).toBeGreaterThanOrEqual(settledKept);
  expect(idsOf(ledger.restore().intents)).toEqual(['first']);
  expect(kept[0]?.id).toBe('12.999');
  ledger.close();
});

test('retention deletes old settled ones', async () => {
  const { ledger } = await open();
  const old = Array.from({ length: 1200 }, (_, n) => intent(`old.${n}`, { state: 'done' }));
  commit(ledger, ...old, intent('waits'), intent('new', { state: 'done', createdAt: instant(1000) }));
  let deleted = 0;
  for (let more = 1; more > 0; deleted += more) {
    more = ledger.retain({ before: instant(500), maxBytes: Number.MAX_SAFE_INTEGER }).deleted;
  }
  expect(deleted).toBe(1200);
  expect(idsOf(ledger.intents({ limit: 10 }))).toEqual(['new', 'waits']);
  ledger.retain({ before: instant(0), maxBytes: 0 });
  expect(idsOf(ledger.intents({ limit: 10 }))).toEqual(['waits']);
  ledger.close();
});

/** A ledger as the first version wrote it, with one journaled input. */
async function writeFirstVersion(): Promise<void> {
  const { ledger } = await open();
  const nothing = { at, nextSeq: 6, marks: [], alerts: [], notifications: [], decisions: [] };
  ledger.commit({ ...nothing, journal: [{ seq: 5, input: 'x' }], messages: new Map(), alertingRows: [] });
  ledger.close();
  const sqlite = await loadSqlite();
  if (!sqlite.ok) throw new Error(sqlite.detail);
  const database = sqlite.open(join(directory, 'ledger.db'), { readOnly: false, busyMs: 1000 });
  database.exec('DROP TABLE intents; ALTER TABLE journal DROP COLUMN answers; PRAGMA user_version = 1');
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

describe('a ledger of the first version', () => {
  test('is brought up to date and keeps what it holds', async () => {
    await writeFirstVersion();
    const { ledger, notes } = await open();
    expect(notes).toEqual([]);
    expect(ledger.restore()).toMatchObject({ nextSeq: 6, journal: [{ seq: 5, input: 'x' }], intents: [] });
    commit(ledger, intent('1.0'));
    ledger.close();
    const again = await open();
    expect(again.notes).toEqual([]);
    expect(idsOf(again.ledger.restore().intents)).toEqual(['1.0']);
    again.ledger.close();
  });

  test('that is damaged too is carried over all the same', async () => {
    await writeFirstVersion();
    const file = join(directory, 'ledger.db');
    truncateSync(file, statSync(file).size - 4096);
    const { ledger, notes } = await open();
    expect(notes.join('\n')).toContain('is damaged');
    expect(notes.join('\n')).not.toContain('intents,');
    expect(ledger.restore().intents).toEqual([]);
    ledger.close();
  });
});

test('a damaged ledger carries over what is to be done', async () => {
  const { ledger } = await open();
  const waiting = Array.from({ length: 300 }, (_, n) => intent(`${n}.0`, { desc: 'x'.repeat(200) }));
  commit(ledger, ...waiting, intent('done', { state: 'done' }));
  ledger.close();
  const file = join(directory, 'ledger.db');
  truncateSync(file, statSync(file).size - 8192);
  const rescued = await open();
  expect(existsSync(file)).toBe(true);
  expect(rescued.notes.join('\n')).toMatch(/\d+ intents not yet carried out/);
  expect(rescued.ledger.restore().intents.length).toBeGreaterThan(100);
  rescued.ledger.close();
});
