import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArchive } from './open.ts';
import { packingOf } from './packing.ts';
import { sampleLines } from './sample.ts';
import { findArchives } from './sets.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'archive-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, content: string | Buffer = 'x\n'): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

async function setsOf(paths: readonly string[], rotated = true) {
  const { sets, failures } = await findArchives(paths, rotated);
  return {
    sets: sets.map(({ log, files }) => [basename(log), ...files.map(({ path }) => basename(path))]),
    failures: failures.map(({ detail }) => detail),
  };
}

test('a log brings its rotations, and none of its neighbours', async () => {
  const log = file('auth.log');
  for (const name of ['auth.log.1', 'auth.log.2.gz', 'auth.log.10.gz', 'auth2.log.1', 'auth.log.swp'])
    file(name);
  mkdirSync(join(dir, 'auth.log.3'));
  const { sets, failures } = await setsOf([log]);
  expect(sets).toEqual([['auth.log', 'auth.log.10.gz', 'auth.log.2.gz', 'auth.log.1', 'auth.log']]);
  expect(failures).toHaveLength(1);
  expect(await setsOf([log], false)).toEqual({ sets: [['auth.log', 'auth.log']], failures: [] });
});

test('what a shell makes of auth.log* is one set, each file once', async () => {
  const paths = ['auth.log', 'auth.log.1', 'auth.log.2.gz'].map((name) => file(name));
  expect((await setsOf(paths)).sets).toEqual([['auth.log', 'auth.log.2.gz', 'auth.log.1', 'auth.log']]);
  expect((await setsOf(paths.slice(1))).sets).toEqual([['auth.log', 'auth.log.2.gz', 'auth.log.1']]);
});

test('a file that is packed just now, and one under two names, count once', async () => {
  const log = file('a.log');
  file('a.log.1');
  file('a.log.1.gz');
  symlinkSync(log, join(dir, 'link.log'));
  expect((await setsOf([log, join(dir, 'link.log')])).sets).toEqual([['a.log', 'a.log.1', 'a.log']]);
});

test('what is not there or no file is said', async () => {
  expect(await setsOf([join(dir, 'nowhere.log')])).toEqual({ sets: [], failures: ['there is no such file'] });
  expect((await setsOf([dir])).failures[0]).toContain('it is a folder');
});

async function textOf(
  path: string,
): Promise<{ readonly text: string; readonly trouble: string | undefined }> {
  const packing = packingOf(path);
  const reader = openArchive(packing === undefined ? { path } : { path, packing });
  const parts: Buffer[] = [];
  for (;;) {
    const into = Buffer.alloc(70_000);
    const read = await reader.read(into, 10);
    if (read === 0) break;
    parts.push(into.subarray(10, 10 + read));
  }
  reader.close();
  return { text: Buffer.concat(parts).toString(), trouble: reader.trouble() };
}

const long = Array.from({ length: 50_000 }, (_, index) => `line ${index} ${index * 7919}\n`).join('');

test('reads plain and packed files alike', async () => {
  expect(await textOf(file('plain.log', long))).toEqual({ text: long, trouble: undefined });
  expect(await textOf(file('a.log.gz', gzipSync(long)))).toEqual({ text: long, trouble: undefined });
  const members = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]);
  expect(await textOf(file('b.log.gz', members))).toEqual({ text: 'one\ntwo\n', trouble: undefined });
});

test.each([
  ['xz', '.xz'],
  ['zstd', '.zst'],
  ['bzip2', '.bz2'],
])('%s unpacks what it packed, whatever the file is called', async (program, extension) => {
  const packed = execFileSync(program, ['-c'], { input: long });
  expect(await textOf(file(`-rf $(id) ;${extension}`, packed))).toEqual({ text: long, trouble: undefined });
});

test('of a broken file what can be read counts, and the trouble is said', async () => {
  const cut = await textOf(file('cut.log.gz', gzipSync(long).subarray(0, 20_000)));
  expect(cut.text.length).toBeGreaterThan(1000);
  expect(long.startsWith(cut.text)).toBe(true);
  expect(cut.trouble).toContain('cut off');
  expect((await textOf(file('no.log.gz', 'this is no gzip'))).trouble).toContain('no whole gzip file');
  expect((await textOf(file('no.log.xz', 'this is no xz'))).trouble).toContain('xz ended with 1');
  expect((await textOf(join(dir, 'gone.log'))).trouble).toBe('there is no such file');
});

test('a program that is not installed is named', async () => {
  const path = file('a.log.qq', 'x');
  const reader = openArchive({
    path,
    packing: { extension: '.qq', program: { name: 'no-such-unpacker', args: [] } },
  });
  expect(await reader.read(Buffer.alloc(10), 0)).toBe(0);
  expect(reader.trouble()).toContain('no-such-unpacker, which unpacks it, is not installed');
});

test('samples are whole lines of the file in its order, the first among them, and more where they are far apart', async () => {
  const path = file('s.log', long);
  const { sets } = await findArchives([path], false);
  const [only] = sets[0]?.files ?? [];
  if (only === undefined) throw new Error('no file');
  const numberOf = (line: string): number => Number(/^line (\d+) \d+$/.exec(line)?.[1]);
  const few = (await sampleLines(only, () => false)).map(numberOf);
  expect(few[0]).toBe(0);
  expect(few.length).toBeGreaterThan(10);
  expect(few).toEqual(few.toSorted((a, b) => a - b));
  const border = 31_415;
  const isFar = (a: string, b: string): boolean => numberOf(a) < border !== numberOf(b) < border;
  const many = (await sampleLines(only, isFar)).map(numberOf);
  const before = Math.max(...many.filter((number) => number < border));
  expect(Math.min(...many.filter((number) => number >= border)) - before).toBe(1);
});
