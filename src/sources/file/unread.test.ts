import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Json } from '../../model/json.ts';
import { unreadBytes } from './unread.ts';

const dir = mkdtempSync(join(tmpdir(), 'unread-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const path = join(dir, 'app.log');

/** The mark of a file that was read up to `offset`, as it is now. */
const markAt = (offset: number): Json => {
  const { dev, ino, size, mtimeMs } = statSync(path);
  const none = { length: 0, hash: '' };
  const place = { path, dev: String(dev), ino: String(ino), head: none, tail: none, offset, size, mtimeMs };
  return { v: 1, files: [{ ...place, skip: 'none', done: false }], past: [], since: 0 };
};

test('what is beyond a mark is counted, through growth, rotation and loss', async () => {
  writeFileSync(path, 'x'.repeat(100));
  const mark = markAt(30);
  const unread = (): Promise<number> => unreadBytes(new Map([[path, mark]]));
  expect(await unread()).toBe(70);
  appendFileSync(path, 'y'.repeat(10));
  expect(await unread()).toBe(80);
  renameSync(path, `${path}.1`);
  // As long as it was when it was last seen.
  expect(await unread()).toBe(70);
  writeFileSync(path, 'z'.repeat(5));
  expect(await unread()).toBe(75);
  writeFileSync(path, '');
  expect(await unread()).toBe(70);
});

test('what is no mark, or no file, counts as nothing', async () => {
  const marks = new Map<string, Json>([
    ['/nowhere/app.log', 'not a mark'],
    [join(dir, 'gone.log'), { v: 1, files: [], past: [], since: 0 }],
    [dir, { v: 1, files: [], past: [], since: 0 }],
  ]);
  expect(await unreadBytes(marks)).toBe(0);
});
