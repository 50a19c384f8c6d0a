import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acquireLock } from '../../src/control/lock.ts';
import { instant } from '../../src/model/time.ts';
import { openLedger, openLedgerReader } from '../../src/store/ledger.ts';
import { loadSqlite } from '../../src/store/sqlite/driver.ts';
import { buildRooms, type Built } from './ledger-build.ts';

const at = instant(1_790_000_000_000);
const root = mkdtempSync(join(tmpdir(), 'ledger-kill-'));
const children = new Set<ChildProcess>();
let built: Built;

beforeAll(() => {
  built = buildRooms();
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  built.remove();
  rmSync(root, { recursive: true, force: true });
});

/** A child that runs `script`, and its lines as they come. */
function run(script: string): {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<void>;
} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      children.delete(child);
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines, ended };
}

/** Commits round after round and says each number only after it is committed. */
const committer = (directory: string) => `
  import { writeSync } from 'node:fs';
  import { openLedger } from '${built.urlOf('store/ledger.ts')}';
  const { ledger } = await openLedger({ directory: ${JSON.stringify(directory)} }, ${at});
  const pad = 'x'.repeat(2000);
  for (let seq = ledger.restore().nextSeq; ; seq += 1) {
    const id = 'A' + seq;
    const written = ledger.commit({
      at: seq, nextSeq: seq + 1, journal: [{ seq, input: { seq, pad } }],
      marks: [{ source: 's', stream: 'f', mark: seq }],
      alerts: [{ id, rule: 'r', key: [], severity: 'info', status: 'open', firstAt: seq, lastAt: seq, raises: 1 }],
      notifications: [], messages: new Map(), decisions: [{ at: seq, alert: id, step: 'raised', text: pad }],
      alertingRows: [{ scope: 'a', key: 'last', value: seq }],
    });
    if (!written.ok) throw new Error(written.failure.detail);
    if (seq % 97 === 96) ledger.checkpoint({ nextSeq: seq - 10, now: seq, engineRows: [], rules: new Map() });
    writeSync(1, seq + '\\n');
  }`;

test('after kill -9 every acknowledged round is there, and no half of one', async () => {
  const directory = join(root, 'killed');
  let acknowledged = -1;
  for (const enough of [3, 150, 700, 40]) {
    const { child, lines, ended } = run(committer(directory));
    await expect.poll(() => lines.length, { timeout: 30_000, interval: 1 }).toBeGreaterThan(enough);
    child.kill('SIGKILL');
    await ended;
    acknowledged = Number(lines.at(-1));
    const opened = await openLedger({ directory }, at);
    if (!opened.ok) throw new Error(opened.failure.detail);
    expect(opened.notes).toEqual([]);
    const { nextSeq, journal, marks, alertingRows } = opened.ledger.restore();
    expect(nextSeq).toBeGreaterThan(acknowledged);
    expect(nextSeq).toBeLessThanOrEqual(acknowledged + 2);
    expect(marks.get('s')?.get('f')).toBe(nextSeq - 1);
    expect(alertingRows).toMatchObject([{ value: nextSeq - 1 }]);
    expect(journal.at(-1)?.seq).toBe(nextSeq - 1);
    expect(opened.ledger.counts().openAlerts).toBe(nextSeq);
    expect(opened.ledger.decisionsOf(`A${nextSeq - 1}`)).toHaveLength(1);
    opened.ledger.close();
  }
  expect(acknowledged).toBeGreaterThan(890);
});

test('a reader sees whole rounds while another process commits', async () => {
  const directory = join(root, 'read');
  const { child, lines, ended } = run(committer(directory));
  await expect.poll(() => lines.length, { timeout: 30_000 }).toBeGreaterThan(5);
  for (let look = 0; look < 30; look += 1) {
    const opened = await openLedgerReader({ directory });
    if (!opened.ok) throw new Error(opened.failure.detail);
    const { nextSeq, journal, marks } = opened.reader.restore();
    expect(marks.get('s')?.get('f')).toBe(nextSeq - 1);
    expect(journal.at(-1)?.seq).toBe(nextSeq - 1);
    opened.reader.close();
  }
  const before = lines.length;
  await expect.poll(() => lines.length, { timeout: 30_000 }).toBeGreaterThan(before);
  child.kill('SIGKILL');
  await ended;
});

const contender = (directory: string) => `
  import { writeSync } from 'node:fs';
  import { acquireLock } from '${built.urlOf('control/lock.ts')}';
  import { loadSqlite } from '${built.urlOf('store/sqlite/driver.ts')}';
  const sqlite = await loadSqlite();
  const lock = acquireLock(${JSON.stringify(directory)}, sqlite.open);
  writeSync(1, JSON.stringify({ ok: lock.ok, reason: lock.reason, holder: lock.holder?.pid }) + '\\n');
  if (lock.ok) setInterval(() => undefined, 1000);`;

test('of twenty processes exactly one gets the lock, and its death frees it at once', async () => {
  const directory = mkdtempSync(join(root, 'lock-'));
  const sqlite = await loadSqlite();
  if (!sqlite.ok) throw new Error(sqlite.detail);
  const contenders = Array.from({ length: 20 }, () => run(contender(directory)));
  await expect
    .poll(() => contenders.filter(({ lines }) => lines.length > 0).length, { timeout: 55_000 })
    .toBe(20);
  const answers = contenders.map(
    ({ lines }) => JSON.parse(lines[0] ?? '') as { ok: boolean; reason?: string },
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.filter(({ reason }) => reason === 'held')).toHaveLength(19);

  const winner = contenders[answers.findIndex(({ ok }) => ok)];
  const pid = winner?.child.pid ?? 0;
  expect(acquireLock(directory, sqlite.open)).toMatchObject({ ok: false, reason: 'held', holder: { pid } });
  winner?.child.kill('SIGKILL');
  await winner?.ended;
  const next = acquireLock(directory, sqlite.open);
  expect(next.ok).toBe(true);
  expect(acquireLock(directory, sqlite.open)).toMatchObject({ ok: false, holder: { pid: process.pid } });
  const other = run(contender(directory));
  await other.ended;
  expect(JSON.parse(other.lines[0] ?? '')).toMatchObject({ ok: false, holder: process.pid });
  if (next.ok) next.release();
  const again = acquireLock(directory, sqlite.open);
  expect(again.ok).toBe(true);
  if (again.ok) again.release();
});

test('where no lock can be had the reason is told, and nothing is followed or overwritten', async () => {
  const sqlite = await loadSqlite();
  if (!sqlite.ok) throw new Error(sqlite.detail);
  const missing = acquireLock(join(root, 'nowhere'), sqlite.open);
  expect(missing).toMatchObject({ ok: false, reason: 'failed', detail: expect.stringContaining('ENOENT') });
  const directory = mkdtempSync(join(root, 'lock-'));
  symlinkSync(join(root, 'victim'), join(directory, 'lock.db'));
  expect(acquireLock(directory, sqlite.open)).toMatchObject({ ok: false, reason: 'failed' });
  expect(existsSync(join(root, 'victim'))).toBe(false);
});
