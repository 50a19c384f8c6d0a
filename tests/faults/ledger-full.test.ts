import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { instant } from '../../src/model/time.ts';
import type { Round } from '../../src/store/contract.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { emptyRound, sampleAlert, sampleNotification } from './ledger-samples.ts';

const at = instant(1_790_000_000_000);
const root = mkdtempSync(join(tmpdir(), 'ledger-full-'));
const mounted: string[] = [];

afterAll(() => {
  // Lazily: a driver's closed database may hold its file until the garbage collector comes.
  for (const disk of mounted) execFileSync('umount', ['--lazy', disk]);
  rmSync(root, { recursive: true, force: true });
});

/** A disk of its own, or undefined where only root may make one. */
function smallDisk(kibibytes: number): string | undefined {
  const disk = join(root, String(mounted.length));
  mkdirSync(disk, { mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=0700`, 'tmpfs', disk], {
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
  mounted.push(disk);
  return disk;
}

function roundOf(seq: number): Round {
  const id = `A${seq}`;
  return emptyRound({
    nextSeq: seq + 1,
    journal: [{ seq, input: 'x'.repeat(3000) }],
    alerts: [sampleAlert(id, { lastAt: instant(seq) })],
    notifications: [sampleNotification(`N${seq}`, { alerts: [id] })],
    alertingRows: [{ scope: 'a', key: 'last', value: seq }],
  });
}

test('a full disk fails rounds whole, and the same round succeeds when there is room again', async ({
  skip,
}) => {
  const disk = smallDisk(1024);
  if (disk === undefined) return skip('mounting a tmpfs is not permitted here');
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(300 * 1024));
  const opened = await openLedger({ directory: join(disk, 'state') }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  const { ledger } = opened;

  let seq = 0;
  while (seq < 1000 && ledger.commit(roundOf(seq)).ok) seq += 1;
  expect(seq).toBeGreaterThan(5);
  expect(seq).toBeLessThan(1000);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(ledger.commit(roundOf(seq))).toMatchObject({ ok: false, failure: { type: 'full' } });
    expect(ledger.restore()).toMatchObject({ nextSeq: seq, alertingRows: [{ value: seq - 1 }] });
    expect(ledger.counts()).toMatchObject({ openAlerts: seq, byState: { pending: seq } });
  }
  expect(
    ledger.checkpoint({
      nextSeq: 1,
      now: at,
      engineRows: [{ scope: 'r', key: 'k', value: 'y'.repeat(9000) }],
      rules: new Map(),
    }).ok,
  ).toBe(false);
  expect(ledger.retain({ before: instant(0), maxBytes: 1 })).toEqual({ deleted: 0 });

  rmSync(join(disk, 'ballast'));
  expect(ledger.commit(roundOf(seq))).toEqual({ ok: true });
  expect(ledger.restore()).toMatchObject({ nextSeq: seq + 1 });
  expect(ledger.restore().journal).toHaveLength(seq + 1);
  ledger.close();

  const again = await openLedger({ directory: join(disk, 'state') }, at);
  if (!again.ok) throw new Error(again.failure.detail);
  expect(again.notes).toEqual([]);
  expect(again.ledger.counts().openAlerts).toBe(seq + 1);
  again.ledger.close();
});

test('a start on a full disk is a clear failure, and nothing stands in the way of the next one', async ({
  skip,
}) => {
  const disk = smallDisk(256);
  if (disk === undefined) return skip('mounting a tmpfs is not permitted here');
  const failures: string[] = [];
  for (const left of [0, 8, 40, 80, 120, 200]) {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc((240 - left) * 1024));
    const opened = await openLedger({ directory: join(disk, 'state') }, at);
    if (opened.ok) opened.ledger.close();
    else failures.push(opened.failure.type);
    rmSync(join(disk, 'ballast'));
  }
  expect(failures.length).toBeGreaterThan(1);
  expect(new Set(failures)).toEqual(new Set(['full']));
  const opened = await openLedger({ directory: join(disk, 'state') }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  expect(opened.notes).toEqual([]);
  opened.ledger.close();
});

test('a rescue without room for it leaves the damaged ledger where it is', async ({ skip }) => {
  const disk = smallDisk(1024);
  if (disk === undefined) return skip('mounting a tmpfs is not permitted here');
  const directory = join(disk, 'state');
  const path = join(directory, 'ledger.db');
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(path, 'broken'.repeat(50_000), { mode: 0o600 });
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(700 * 1024));
  expect(await openLedger({ directory }, at)).toMatchObject({ ok: false, failure: { type: 'full' } });
  expect(existsSync(path)).toBe(true);
  rmSync(join(disk, 'ballast'));
  const opened = await openLedger({ directory }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  expect(existsSync(`${path}.damaged-${new Date(at).toISOString().replaceAll(/[-:.]/g, '')}`)).toBe(true);
  expect(existsSync(`${path}.rescued`)).toBe(false);
  opened.ledger.close();
});
