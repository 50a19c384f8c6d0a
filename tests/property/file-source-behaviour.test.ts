import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession, type Session } from './file-source.session.ts';

let directory: string;
let log: string;
let session: Session | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bs-follow-'));
  log = join(directory, 'app.log');
});

afterEach(async () => {
  await session?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('what is appended is read; what was there before is not', async () => {
  writeFileSync(log, 'old\n');
  session = openSession({ file: log });
  await session.until(() => session?.condition(log) === 'atEnd');
  appendFileSync(log, 'one\ntw');
  appendFileSync(log, 'o\n');
  await session.lines(2);
  expect(session.texts()).toEqual(['one', 'two']);
});

test('a renamed file is read to its end, then the new one', async () => {
  writeFileSync(log, '');
  session = openSession({ file: log });
  await session.until(() => session?.condition(log) === 'atEnd');
  appendFileSync(log, 'one\n');
  renameSync(log, `${log}.1`);
  appendFileSync(`${log}.1`, 'two\n');
  writeFileSync(log, 'three\n');
  await session.lines(3);
  expect(session.texts()).toEqual(['one', 'two', 'three']);
});
