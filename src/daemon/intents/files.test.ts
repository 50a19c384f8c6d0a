import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outcome } from './contract.ts';
import { createFiles, type Files } from './files.ts';

let dir: string;
let files: Files;
const path = (name: string): string => join(dir, name);
const read = (name: string): string => readFileSync(path(name), 'latin1');

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'files-'));
  files = createFiles({ files: 64, fileQueued: 100_000 });
});
afterEach(async () => {
  await files.closeAll();
  rmSync(dir, { recursive: true, force: true });
});

const line = (name: string, text: string): Promise<Outcome> =>
  files.write({ type: 'write', file: path(name), how: 'line', text });
const openFiles = (): number => readdirSync('/proc/self/fd').length;

test('lines, texts and single writings come in the order in which they were asked for', async () => {
  const write = (how: 'line' | 'text' | 'once', text: string) =>
    files.write({ type: 'write', file: path('a'), how, text });
  const outcomes = await Promise.all([
    write('line', '1'),
    write('text', '2'),
    write('once', '3'),
    write('line', '4'),
  ]);
  expect(outcomes).toEqual([1, 2, 3, 4].map(() => ({ type: 'done' })));
  expect(read('a')).toBe('1\n234\n');
  expect(statSync(path('a')).mode & 0o007).toBe(0);
});

test('every byte arrives as it is; characters that are no bytes as UTF-8', async () => {
  const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
  await line('a', bytes);
  expect(read('a')).toBe(`${bytes}\n`);
  await line('b', '€');
  expect(readFileSync(path('b'), 'utf8')).toBe('€\n');
});

test('a file that was rotated or deleted is left alone, and a new one begun', async () => {
  await line('a', 'before');
  renameSync(path('a'), path('a.1'));
  await line('a', 'after');
  expect([read('a.1'), read('a')]).toEqual(['before\n', 'after\n']);
  rmSync(path('a'));
  await line('a', 'again');
  expect(read('a')).toBe('again\n');
});

test('a file that was closed is opened again; one written to once is not kept', async () => {
  const before = openFiles();
  await line('a', '1');
  expect(openFiles()).toBe(before + 1);
  expect(await files.close(path('a'))).toEqual({ type: 'done' });
  expect(openFiles()).toBe(before);
  await files.write({ type: 'write', file: path('b'), how: 'once', text: 'x' });
  expect(openFiles()).toBe(before);
  await line('a', '2');
  expect(read('a')).toBe('1\n2\n');
});

test('no more files stay open than are allowed, and all get their lines', async () => {
  files = createFiles({ files: 3, fileQueued: 1000 });
  const before = openFiles();
  for (let turn = 0; turn < 3; turn++) {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await line(name, String(turn));
  }
  expect(openFiles()).toBeLessThanOrEqual(before + 3);
  for (const name of ['a', 'f']) expect(read(name)).toBe('0\n1\n2\n');
});

test('more than may wait for a file is given up', async () => {
  files = createFiles({ files: 3, fileQueued: 10 });
  const outcomes = await Promise.all([line('a', '12345'), line('a', '1234567'), line('a', '1')]);
  expect(outcomes.map(({ type }) => type)).toEqual(['done', 'lost', 'done']);
  expect(read('a')).toBe('12345\n1\n');
  expect(await line('a', '123456789')).toEqual({ type: 'done' });
});

test('a FIFO that nobody reads loses the line, one that is read gets it', async () => {
  spawnSync('mkfifo', [path('fifo')]);
  expect(await line('fifo', 'unheard')).toEqual({ type: 'lost', text: 'nobody reads from the FIFO' });
  const reader = openSync(path('fifo'), constants.O_RDONLY | constants.O_NONBLOCK);
  expect(await line('fifo', 'heard')).toEqual({ type: 'done' });
  const bytes = Buffer.alloc(100);
  expect(bytes.toString('latin1', 0, readSync(reader, bytes))).toBe('heard\n');
  const full = await line('fifo', 'x'.repeat(90_000));
  expect(full).toEqual({ type: 'lost', text: 'the FIFO is full' });
  closeSync(reader);
  expect((await line('fifo', 'unheard')).type).toBe('lost');
});

test('directories, devices and names that cannot be are refused', async () => {
  const why = async (file: string): Promise<string> => {
    const outcome = await files.write({ type: 'write', file, how: 'line', text: 'x' });
    return outcome.type === 'lost' ? outcome.text : 'done';
  };
  expect(await why(dir)).toContain('neither a regular file nor a FIFO');
  expect(await why('/dev/null')).toContain('neither a regular file nor a FIFO');
  expect(await why(path('none/file'))).toBe('there is no such directory');
  expect(await why(path('nul\0file'))).toBe('its name holds a NUL');
  expect(await why(path('x'.repeat(300)))).toBe('its name is too long');
});

test('a link is followed in a directory of ours, and refused where everybody could have made it', async () => {
  writeFileSync(path('real'), '');
  symlinkSync(path('real'), path('link'));
  expect(await line('link', 'fine')).toEqual({ type: 'done' });
  expect(read('real')).toBe('fine\n');
  mkdirSync(path('open'));
  chmodSync(path('open'), 0o1777);
  symlinkSync(path('real'), path('open/link'));
  symlinkSync(dir, path('open/folder'));
  for (const name of ['open/link', 'open/folder/real']) {
    expect(await line(name, 'refused')).toMatchObject({
      type: 'lost',
      text: expect.stringContaining('symbolic link'),
    });
  }
  expect(await line('open/new', 'fine')).toEqual({ type: 'done' });
  expect(read('real')).toBe('fine\n');
});

test.skipIf(process.geteuid?.() !== 0)('a file that another user put there is refused', async () => {
  mkdirSync(path('open'));
  chmodSync(path('open'), 0o1777);
  writeFileSync(path('open/planted'), '');
  chownSync(path('open/planted'), 65_534, 65_534);
  expect(await line('open/planted', 'x')).toMatchObject({
    type: 'lost',
    text: expect.stringContaining('another user'),
  });
});

test('names may hold any bytes', async () => {
  await files.write({ type: 'write', file: path('caf\u00e9'), how: 'line', text: 'x' });
  expect(readdirSync(Buffer.from(dir), 'buffer').map((name) => name.toString('latin1'))).toEqual([
    'caf\u00e9',
  ]);
});
