import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSession, type SourceSession } from '../../tests/peers/source-session.ts';
import { fifoKind, followFifo } from './fifo.ts';

vi.setConfig({ testTimeout: 60_000 });

let dir = '';
const sessions: SourceSession[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fifo-'));
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  rmSync(dir, { recursive: true, force: true });
});

function read(path: string, more: object = {}): SourceSession {
  const options = fifoKind.options.parse({ fifo: path, ...more });
  const session = openSession((ports) => followFifo(options, ports, 20));
  sessions.push(session);
  return session;
}

function fifo(): string {
  const path = join(dir, 'in');
  execFileSync('mkfifo', [path]);
  return path;
}

test('writers come and go, and so does its reader, within a line', async () => {
  const path = fifo();
  const first = read(path);
  await first.untilCondition('atEnd');
  await appendFile(path, 'one\n');
  await appendFile(path, 'two\nthr');
  await first.untilRecords(2);
  await first.stop();
  await appendFile(path, 'ee\n');
  const second = read(path);
  await second.untilRecords(1);
  expect([...first.texts(), ...second.texts()]).toEqual(['one', 'two', 'three']);
});

test('one that is made anew in its place is read, after what was left in the old one', async () => {
  const path = fifo();
  const session = read(path);
  await session.untilCondition('atEnd');
  await appendFile(path, 'one\ntwo');
  rmSync(path);
  fifo();
  await session.untilRecords(2);
  // A writer waits until somebody reads.
  await appendFile(path, 'three\n');
  await session.untilRecords(3);
  expect(session.texts()).toEqual(['one', 'two', 'three']);
});

test('one that is not there yet, or is something else, is waited for', async () => {
  const path = join(dir, 'in');
  const session = read(path);
  await session.until(() => session.notices().length === 1, 'a notice');
  expect(session.notices()[0]).toMatchObject({ code: 'source.missing' });
  writeFileSync(path, 'no\n');
  await session.until(() => session.notices().length === 2, 'another notice');
  expect(session.notices()[1]).toMatchObject({ code: 'source.not-a-file' });
  rmSync(path);
  fifo();
  await session.untilCondition('atEnd');
  await appendFile(path, 'yes\n');
  await session.untilRecords(1);
  expect(session.texts()).toEqual(['yes']);
});
