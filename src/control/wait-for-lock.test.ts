import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DatabaseSync } from '@photostructure/sqlite';
import type { OpenLockDatabase } from './lock.ts';
import { waitForLock } from './wait-for-lock.ts';

const open: OpenLockDatabase = (path, { readOnly, busyMs }) =>
  new DatabaseSync(path, { readOnly, timeout: busyMs });
const within = (): AbortSignal => AbortSignal.timeout(30_000);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wait-for-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('lets one after the other, and each has it alone', async () => {
  let inside = 0;
  let most = 0;
  let done = 0;
  const enter = async (): Promise<void> => {
    const lock = await waitForLock(join(dir, 'a.lock'), open, within());
    if (!lock.ok) throw new Error(lock.detail);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    done += 1;
    lock.release();
  };
  await Promise.all(Array.from({ length: 12 }, enter));
  expect([most, done]).toEqual([1, 12]);
  expect(statSync(join(dir, 'a.lock')).mode & 0o777).toBe(0o700);
});

it('gives up when it is told to, and names who has it', async () => {
  const held = await waitForLock(join(dir, 'a.lock'), open, within());
  const late = await waitForLock(join(dir, 'a.lock'), open, AbortSignal.timeout(60));
  expect(late).toMatchObject({ ok: false, detail: expect.stringContaining(String(process.pid)) });
  if (held.ok) held.release();
  expect((await waitForLock(join(dir, 'a.lock'), open, AbortSignal.abort())).ok).toBe(true);
});

it('answers where no lock can be', async () => {
  writeFileSync(join(dir, 'a.lock'), '');
  expect((await waitForLock(join(dir, 'a.lock'), open, within())).ok).toBe(false);
  expect((await waitForLock(join(dir, 'a.lock', 'b'), open, within())).ok).toBe(false);
});
