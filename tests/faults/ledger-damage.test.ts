import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instant } from '../../src/model/time.ts';
import type { Ledger } from '../../src/store/contract.ts';
import { openLedger, openLedgerReader, type OpenedLedger } from '../../src/store/ledger.ts';
import {
  checkpointAt,
  emptyRound,
  sampleAlert,
  sampleMessage,
  sampleNotification,
} from './ledger-samples.ts';

const at = instant(Date.UTC(2026, 10, 20, 10, 0, 6, 123));
const root = mkdtempSync(join(tmpdir(), 'ledger-damage-'));
const alertCount = 200;
let original: Buffer;
let directories = 0;

beforeAll(async () => {
  const directory = freshDirectory();
  const { ledger } = opened(await openLedger({ directory }, at));
  for (let seq = 0; seq < alertCount; seq += 1) {
    const id = `A${String(seq).padStart(9, '0')}`;
    const round = emptyRound({
      nextSeq: seq + 1,
      journal: [{ seq, input: { seq } }],
      marks: [{ source: 's', stream: `f${seq}`, mark: seq }],
      alerts: [sampleAlert(id, { lastAt: instant(seq) }, 'x'.repeat(300))],
      notifications: [sampleNotification(`N${seq}`, { alerts: [id], createdAt: instant(seq) })],
      messages: new Map([[`N${seq}`, sampleMessage('hello')]]),
      decisions: [{ at: instant(seq), alert: id, step: 'raised', text: 'why' }],
      alertingRows: [{ scope: 'a', key: `k${seq}`, value: seq }],
    });
    expect(ledger.commit(round)).toEqual({ ok: true });
  }
  ledger.checkpoint(checkpointAt(alertCount - 50, { engineRows: [{ scope: 'r', key: 'k', value: 1 }] }));
  ledger.remember('channel', { since: 1 });
  ledger.close();
  original = readFileSync(join(directory, 'ledger.db'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshDirectory(): string {
  directories += 1;
  const directory = join(root, String(directories));
  mkdirSync(directory, { mode: 0o700 });
  return directory;
}

/** A state directory whose ledger is these bytes. */
function directoryWith(bytes: Uint8Array): string {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'ledger.db'), bytes, { mode: 0o600 });
  return directory;
}

function opened(answer: OpenedLedger): { readonly ledger: Ledger; readonly notes: readonly string[] } {
  if (!answer.ok) throw new Error(answer.failure.detail);
  return answer;
}

const asideIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => /damaged-.*Z$/.test(name));

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Every reading method gives an answer, and what is written can be read again. */
function expectUsable(ledger: Ledger): void {
  const { nextSeq, journal } = ledger.restore();
  for (const { seq } of journal) expect(seq).toBeLessThan(nextSeq);
  for (const { id } of ledger.alerts({ limit: 1000 })) {
    ledger.decisionsOf(id);
    for (const notification of ledger.notificationsOf(id)) ledger.message(notification.id);
  }
  ledger.unsettled(1000);
  ledger.memo('channel');
  const round = emptyRound({
    nextSeq: nextSeq + 1,
    journal: [{ seq: nextSeq, input: 'after' }],
    alerts: [sampleAlert('NEW')],
    notifications: [sampleNotification('NNEW', { alerts: ['NEW'] })],
  });
  expect(ledger.commit(round)).toEqual({ ok: true });
  expect(ledger.restore().journal.at(-1)).toEqual({ seq: nextSeq, input: 'after' });
  expect(ledger.findAlerts('NEW')).toHaveLength(1);
  ledger.retain({ before: instant(0), maxBytes: 1 });
}

test('a page of zeros costs its rows only, and the damaged file is kept as it was', async () => {
  // Where the alert data is thickest: a leaf of the alerts table.
  const page = Math.floor(original.indexOf('x'.repeat(300), original.length / 3) / 4096);
  const bytes = Buffer.from(original).fill(0, page * 4096, (page + 1) * 4096);
  const directory = directoryWith(bytes);
  const { ledger, notes } = opened(await openLedger({ directory }, at));
  const alerts = ledger.alerts({ limit: 1000 }).length;
  expect(alerts).toBeGreaterThan(alertCount * 0.9);
  expect(alerts).toBeLessThan(alertCount);
  expect(ledger.unsettled(1000)).toHaveLength(alertCount);
  expect(ledger.message('N7')).toEqual(sampleMessage('hello'));
  expect(ledger.memo('channel')).toEqual({ since: 1 });
  expect(ledger.restore()).toMatchObject({ nextSeq: alertCount, engineRows: [{ value: 1 }] });
  expect(ledger.restore().journal).toHaveLength(50);
  expect(ledger.restore().alertingRows).toHaveLength(alertCount);
  expect(ledger.restore().marks.get('s')?.size).toBe(alertCount);
  expect(ledger.counts()).toMatchObject({ alerts, openAlerts: alerts, byState: { pending: alertCount } });
  expectUsable(ledger);
  ledger.close();

  expect(notes[0]).toContain('is damaged');
  expect(notes[0]).toContain(join(directory, 'ledger.db.damaged-20261120T100006123Z'));
  expect(notes[1]).toContain(
    `${alerts} alerts, ${alertCount} notifications (${alertCount} not yet delivered)`,
  );
  expect(notes[2]).toBe('not everything could be read of: alerts');
  expect(asideIn(directory)).toEqual(['ledger.db.damaged-20261120T100006123Z']);
  expect(hash(readFileSync(join(directory, asideIn(directory)[0] ?? '')))).toBe(hash(bytes));
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
  const second = opened(await openLedger({ directory }, at));
  expect(second.notes).toEqual([]);
  second.ledger.close();
});

test('whatever bytes are changed, a start ends with a usable ledger or a clear refusal', async () => {
  const places = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const damages = fc.oneof(
    fc.record({
      type: fc.constant('flip' as const),
      places: fc.array(places, { minLength: 1, maxLength: 6 }),
    }),
    fc.record({
      type: fc.constant('head' as const),
      places: fc.array(places, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      type: fc.constant('zero' as const),
      places: fc.array(places, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      type: fc.constant('cut' as const),
      places: fc.array(places, { minLength: 1, maxLength: 1 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(damages, fc.integer({ min: 1, max: 255 }), async (damage, mask) => {
      let bytes = Buffer.from(original);
      for (const share of damage.places) {
        const offset = Math.floor(share * bytes.length);
        const page = offset - (offset % 4096);
        if (damage.type === 'flip') bytes[offset] = (bytes[offset] ?? 0) ^ mask;
        if (damage.type === 'head') bytes[offset % 108] = (bytes[offset % 108] ?? 0) ^ mask;
        if (damage.type === 'zero') bytes.fill(0, page, page + 4096);
        if (damage.type === 'cut') bytes = bytes.subarray(0, offset);
      }
      const directory = directoryWith(bytes);
      const answer = await openLedger({ directory }, at);
      if (answer.ok) {
        expectUsable(answer.ledger);
        answer.ledger.close();
        expect(asideIn(directory)).toHaveLength(answer.notes.length > 0 ? 1 : 0);
      } else {
        expect(answer.failure.type).toBe('newer');
        expect(hash(readFileSync(join(directory, 'ledger.db')))).toBe(hash(bytes));
      }
      rmSync(directory, { recursive: true });
    }),
    { numRuns: 100 },
  );
});

test('a file that never was a ledger is moved aside; input numbers do not begin again', async () => {
  const directory = directoryWith(Buffer.from('my shopping list\n'.repeat(1000)));
  const { ledger, notes } = opened(await openLedger({ directory }, at));
  expect(notes.join('\n')).toContain('nothing of it could be read');
  expect(ledger.restore().nextSeq).toBe(at);
  expectUsable(ledger);
  ledger.close();
});

test('an empty file is what an interrupted first start leaves: simply a new ledger', async () => {
  const directory = directoryWith(Buffer.alloc(0));
  const { ledger, notes } = opened(await openLedger({ directory }, at));
  expect(notes).toEqual([]);
  expect(ledger.restore().nextSeq).toBe(0);
  ledger.close();
});

test('a rescue that was interrupted is finished by the next start', async () => {
  const damaged = Buffer.from(original).fill(0, 8192, 12288);
  const directory = directoryWith(damaged);
  const path = join(directory, 'ledger.db');
  // Before the renaming: the half-made file is thrown away.
  writeFileSync(`${path}.rescued`, 'half');
  const first = opened(await openLedger({ directory }, at));
  const kept = first.ledger.alerts({ limit: 1000 });
  first.ledger.close();
  expect(existsSync(`${path}.rescued`)).toBe(false);
  // Between the renamings: the damaged file has gone, the new one is complete but not in its place.
  renameSync(path, `${path}.rescued`);
  const second = opened(await openLedger({ directory }, instant(at + 1)));
  expect(second.ledger.alerts({ limit: 1000 })).toEqual(kept);
  second.ledger.close();
});

test('only the newest three damaged files are kept', async () => {
  const directory = freshDirectory();
  const stamps: string[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    writeFileSync(join(directory, 'ledger.db'), `broken ${turn}`.repeat(1000), { mode: 0o600 });
    opened(await openLedger({ directory }, instant(at + turn * 1000))).ledger.close();
    stamps.push(...asideIn(directory).slice(-1));
  }
  expect(asideIn(directory)).toEqual(stamps.slice(-3));
});

test('damage is a value for a reader too, and a reader moves nothing', async () => {
  const directory = directoryWith(Buffer.from('no database at all, '.repeat(500)));
  const answer = await openLedgerReader({ directory });
  expect(answer).toMatchObject({ ok: false, failure: { type: 'damaged' } });
  expect(asideIn(directory)).toEqual([]);
});

test('a damaged ledger takes what its write-ahead log holds along', async () => {
  const directory = directoryWith(original);
  const path = join(directory, 'ledger.db');
  const { ledger } = opened(await openLedger({ directory }, at));
  ledger.commit(emptyRound({ nextSeq: alertCount + 5, alerts: [sampleAlert('LOGGED')] }));
  const copy = freshDirectory();
  copyFileSync(`${path}-wal`, join(copy, 'ledger.db-wal'));
  // The mark pages are not in the log, so this damage is not mended by it.
  const marks = Math.floor(original.indexOf('sf150') / 4096);
  writeFileSync(join(copy, 'ledger.db'), Buffer.from(original).fill(0, marks * 4096, (marks + 1) * 4096), {
    mode: 0o600,
  });
  ledger.close();
  const rescued = opened(await openLedger({ directory: copy }, at));
  expect(rescued.notes.length).toBeGreaterThan(0);
  expect(rescued.ledger.findAlerts('LOGGED')).toHaveLength(1);
  expect(rescued.ledger.restore().nextSeq).toBe(alertCount + 5);
  rescued.ledger.close();
});

test('damage that comes while a ledger is read is told, and the reads answer with nothing', async () => {
  const directory = directoryWith(original);
  const told: string[] = [];
  const answer = await openLedgerReader({ directory }, ({ type }) => told.push(type));
  if (!answer.ok) throw new Error(answer.failure.detail);
  const { reader } = answer;
  writeFileSync(join(directory, 'ledger.db'), Buffer.from(original).fill(0xa5, 4096));
  expect(reader.alerts({ limit: 1000 })).toEqual([]);
  expect(reader.unsettled(1000)).toEqual([]);
  expect(reader.recall()).toMatchObject({ ok: false, failure: { type: 'damaged' } });
  expect(told).toEqual(['damaged', 'damaged']);
  reader.close();
});
