import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { acquireLock, type OpenLockDatabase } from './lock.ts';

const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Databases nobody else has, and databases somebody else has. */
const free: OpenLockDatabase = () => ({ exec: () => undefined, close: () => undefined });
const busy: OpenLockDatabase = () => ({
  exec: () => {
    throw Object.assign(new Error('database is locked'), { errcode: 5 });
  },
  close: () => undefined,
});

function take(directory: string): void {
  const lock = acquireLock(directory, free);
  if (!lock.ok) throw new Error(lock.detail);
  endings.push(() => lock.release());
}

test.each([
  ['symbolic link', symlinkSync],
  ['hard link', linkSync],
] as const)('a %s in place of lock.pid leads to no overwriting', (_, makeLink) => {
  const directory = freshDirectory();
  const precious = join(freshDirectory(), 'precious');
  writeFileSync(precious, 'kept', { mode: 0o644 });
  makeLink(precious, join(directory, 'lock.pid'));
  take(directory);
  expect(readFileSync(precious, 'utf8')).toBe('kept');
  expect(statSync(precious).mode & 0o777).toBe(0o644);
  expect(readFileSync(join(directory, 'lock.pid'), 'utf8')).toBe(`${process.pid}\n`);
  expect(lstatSync(join(directory, 'lock.pid')).isFile()).toBe(true);
  expect(statSync(join(directory, 'lock.pid')).mode & 0o777).toBe(0o600);
});

test.each([
  ['symbolic link', symlinkSync],
  ['hard link', linkSync],
] as const)('a %s in place of lock.db is refused', (_, makeLink) => {
  const directory = freshDirectory();
  const precious = join(freshDirectory(), 'precious');
  writeFileSync(precious, 'kept');
  makeLink(precious, join(directory, 'lock.db'));
  expect(acquireLock(directory, free)).toMatchObject({ ok: false, reason: 'failed' });
  expect(readFileSync(precious, 'utf8')).toBe('kept');
});

test('a FIFO in place of lock.pid holds nobody up', () => {
  const directory = freshDirectory();
  execFileSync('mkfifo', [join(directory, 'lock.pid')]);
  const lock = acquireLock(directory, busy);
  expect(lock).toMatchObject({ ok: false, reason: 'held' });
  expect(lock).not.toHaveProperty('holder');
});

test('who holds the lock is told by its process', () => {
  const directory = freshDirectory();
  take(directory);
  expect(acquireLock(directory, busy)).toMatchObject({ reason: 'held', holder: { pid: process.pid } });
});
