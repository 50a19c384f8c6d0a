import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import { instant } from '../../model/time.ts';
import type { Attempt, ProbeResult } from '../contract.ts';
import { appendTo, type OpenFile } from './append.ts';
import { file } from './file.ts';
import { findPlace } from './place.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'file-channel-'));
  path = join(dir, 'alerts.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const now = instant(Date.parse('2026-11-20T10:00:06.789Z'));

async function send(attempt: Attempt = attemptAt('text'), options: object = {}): Promise<Delivery> {
  const ports = await channelPorts('https://x.test', { now: () => now });
  const channel = await file.open(file.options.parse({ file: path, ...options }), ports);
  const delivery = await channel.send(attempt);
  await Promise.all([channel.close(), ports.remove()]);
  return delivery;
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n');

describe('the file channel', () => {
  it('adds one line for each message, whatever is in it', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { minLength: 1, maxLength: 5 });
    const formats = fc.constantFrom('text', 'json');
    await fc.assert(
      fc.asyncProperty(texts, formats, async (texts, format) => {
        rmSync(path, { force: true });
        for (const text of texts)
          expect(await send(attemptAt(text), { format })).toMatchObject({ type: 'sent' });
        const lines = linesOf(path);
        expect(lines).toHaveLength(texts.length + 1);
        expect(lines.at(-1)).toBe('');
        expect(lines.join('')).not.toMatch(/[^\P{Cc}\t]/u);
        if (format === 'json') for (const line of lines.slice(0, -1)) JSON.parse(line);
      }),
      { numRuns: 20 },
    );
  });

  it('writes the time before the words, or the alert as JSON', async () => {
    await send(attemptAt('CRITICAL: one\ntwo'));
    const attempt = attemptAt('text');
    await send(attempt, { format: 'json' });
    const [first, second = ''] = linesOf(path);
    expect(first).toBe(String.raw`2026-11-20T10:00:06.789Z CRITICAL: one\ntwo`);
    expect(JSON.parse(second)).toMatchObject({ ...attempt.message.payload, message: { text: 'text' } });
  });

  it('makes the file with its mode whatever the umask, and leaves the mode of one that is there', async () => {
    const umask = process.umask(0o077);
    await send(attemptAt('text'), { mode: '0644' });
    process.umask(umask);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    chmodSync(path, 0o600);
    await send(attemptAt('text'), { mode: '0644' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes on in the new file after a rotation', async () => {
    const ports = await channelPorts('https://x.test', { now: () => now });
    const channel = await file.open(file.options.parse({ file: path }), ports);
    await channel.send(attemptAt('before'));
    renameSync(path, `${path}.1`);
    await channel.send(attemptAt('after'));
    await ports.remove();
    expect(linesOf(`${path}.1`)[0]).toContain('before');
    expect(linesOf(path)[0]).toContain('after');
  });

  it('does not lengthen a line that somebody left unfinished', async () => {
    writeFileSync(path, 'whole\nhal');
    await send(attemptAt('text'));
    expect(linesOf(path).map((line) => line.slice(-4))).toEqual(['hole', 'hal', 'text', '']);
  });

  it.each<[string, () => void]>([
    ['a folder', () => mkdirSync(path)],
    ['a FIFO', () => void spawnSync('mkfifo', [path])],
    ['without a folder', () => (path = join(dir, 'none/alerts.log'))],
    [
      'below a file',
      () => {
        writeFileSync(path, '');
        path = join(path, 'x');
      },
    ],
    ['a link to itself', () => symlinkSync(path, path)],
  ])('tries again where the file is %s', async (_name, prepare) => {
    prepare();
    expect(await send()).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });

  const probe = async (): Promise<ProbeResult | undefined> => {
    const ports = await channelPorts('https://x.test');
    const channel = await file.open(file.options.parse({ file: path }), ports);
    const result = await channel.probe?.(new AbortController().signal);
    await ports.remove();
    return result;
  };

  it('says when asked whether a line could be added, and makes nothing', async () => {
    expect(await probe()).toMatchObject({ ok: true, detail: expect.stringContaining('can be made') });
    expect(readdirSync(dir)).toEqual([]);
    writeFileSync(path, 'there\n');
    expect(await probe()).toMatchObject({ ok: true, detail: expect.stringContaining('can be written') });
    expect(linesOf(path)).toEqual(['there', '']);
  });

  it.each<[string, string, () => void]>([
    ['a folder', 'EISDIR', () => mkdirSync(path)],
    ['a FIFO', 'not a plain file', () => void spawnSync('mkfifo', [path])],
    ['without a folder', 'ENOENT', () => (path = join(dir, 'none/alerts.log'))],
  ])('says when asked that a file cannot be written that is %s', async (_name, words, prepare) => {
    prepare();
    expect(await probe()).toMatchObject({ ok: false, detail: expect.stringContaining(words) });
  });

  it('does nothing when it was stopped before', async () => {
    expect(await send(attemptAt('text', { signal: AbortSignal.abort() }))).toMatchObject({ type: 'retry' });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)(
    'tries again while the disk is full, and leaves no piece of a line',
    async () => {
      const mount = join(dir, 'small');
      mkdirSync(mount);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', mount]).status !== 0) return;
      try {
        path = join(mount, 'alerts.log');
        expect(await send(attemptAt('fits'))).toMatchObject({ type: 'sent' });
        const full = await send(attemptAt('x'.repeat(50_000)));
        expect(full).toMatchObject({ type: 'retry', detail: expect.stringContaining('ENOSPC') });
        expect(await send(attemptAt('fits again'))).toMatchObject({ type: 'sent' });
        expect(linesOf(path).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
          'fits',
          'fits again',
          '',
        ]);
      } finally {
        spawnSync('umount', [mount]);
      }
    },
  );

  it.each([
    {},
    { file: '' },
    { file: '/a\0b' },
    { file: '/a', mode: '0666' },
    { file: '/a', mode: '644' },
    { file: '/a', timeout: '1h' },
  ])('refuses the options %j', (options) => {
    expect(file.options.safeParse(options).success).toBe(false);
  });
});

describe('appendTo', () => {
  /** A file in memory that takes at most `room` bytes, some at a time. */
  function cramped(room: number, change: Partial<OpenFile> = {}): { file: OpenFile; text: () => string } {
    let bytes = Buffer.from('before\n');
    const file: OpenFile = {
      stat: async () => ({ isFile: () => true, size: bytes.length }),
      read: async (into: Buffer, _at: number, length: number, position: number) => {
        bytes.copy(into, 0, position, position + length);
        return { bytesRead: length };
      },
      write: async (from: Buffer, at: number, length: number) => {
        if (bytes.length >= room) throw Object.assign(new Error(), { code: 'ENOSPC' });
        const part = from.subarray(at, at + Math.min(3, length, room - bytes.length));
        bytes = Buffer.concat([bytes, part]);
        return { bytesWritten: part.length };
      },
      truncate: async (size: number) => void (bytes = bytes.subarray(0, size)),
      sync: async () => undefined,
      ...change,
    };
    return { file, text: () => bytes.toString() };
  }
  const failing = (code: string) => async () => Promise.reject(Object.assign(new Error(), { code }));

  it('writes on until all is written', async () => {
    const { file, text } = cramped(1000);
    expect(await appendTo(file, 'f', 'a long line', true)).toMatchObject({ type: 'written' });
    expect(text()).toBe('before\na long line\n');
  });

  it('takes a piece back', async () => {
    const { file, text } = cramped(12);
    expect(await appendTo(file, 'f', 'a long line', true)).toMatchObject({ type: 'failed' });
    expect(text()).toBe('before\n');
  });

  it('says so when it cannot, and ends the piece before the next line', async () => {
    const { file, text } = cramped(12, { truncate: failing('EPERM') });
    expect(await appendTo(file, 'f', 'a long line', true)).toMatchObject({ type: 'torn' });
    expect(text()).toBe('before\na lon');
  });

  it('does not call written what the disk may not have', async () => {
    const { file } = cramped(1000, { sync: failing('EIO') });
    expect(await appendTo(file, 'f', 'line', true)).toMatchObject({ type: 'unsynced' });
    expect(await appendTo(file, 'f', 'line', false)).toMatchObject({ type: 'written' });
  });
});

describe('findPlace', () => {
  const shared = (mode: number): string => {
    const folder = join(dir, 'shared');
    mkdirSync(folder);
    chmodSync(folder, mode);
    return folder;
  };

  it('follows links where only we can write', async () => {
    mkdirSync(join(dir, 'real'));
    appendFileSync(join(dir, 'real/alerts.log'), '');
    symlinkSync('real', join(dir, 'folder'));
    symlinkSync('alerts.log', join(dir, 'real/current'));
    const real = { ok: true, path: join(dir, 'real/alerts.log') };
    expect(await findPlace(join(dir, 'folder/../folder/./current'))).toEqual(real);
    symlinkSync(join(dir, 'real/alerts.log'), path);
    expect(await findPlace(path)).toEqual(real);
    expect(await findPlace(join(dir, 'real/new'))).toEqual({ ok: true, path: join(dir, 'real/new') });
  });

  it.each([0o1777, 0o775])('follows none in a folder of mode %o', async (mode) => {
    const folder = shared(mode);
    symlinkSync('/etc', join(folder, 'folder'));
    symlinkSync('/etc/passwd', join(folder, 'alerts.log'));
    for (const name of ['alerts.log', 'folder/alerts.log'])
      expect(await findPlace(join(folder, name))).toMatchObject({ ok: false, code: 'unsafe' });
    expect(await findPlace(join(folder, 'plain'))).toMatchObject({ ok: true });
  });

  it('trusts no folder in which everybody can put one file in the place of another', async () => {
    expect(await findPlace(join(shared(0o777), 'plain'))).toMatchObject({ ok: false, code: 'unsafe' });
  });

  it.runIf(process.getuid?.() === 0)('takes nothing of a stranger in a folder of all', async () => {
    const folder = shared(0o1777);
    appendFileSync(join(folder, 'alerts.log'), '');
    spawnSync('chown', ['65534', join(folder, 'alerts.log')]);
    expect(await findPlace(join(folder, 'alerts.log'))).toMatchObject({ ok: false, code: 'unsafe' });
  });
});
