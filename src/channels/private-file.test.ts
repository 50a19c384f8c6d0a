import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readPrivate, writePrivate } from './private-file.ts';
import { readSecret } from './secret-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'private-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const file = (mode: number, text = 's3cret\n'): string => {
  const path = join(dir, 'file');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

describe('readPrivate', () => {
  it.each([0o600, 0o400])('takes mode %o', async (mode) => {
    expect(await readPrivate(file(mode))).toEqual({ ok: true, text: 's3cret\n' });
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644])('refuses mode %o', async (mode) => {
    expect(await readPrivate(file(mode))).toMatchObject({
      ok: false,
      cause: 'unsafe',
      detail: expect.stringMatching(/mode 06/),
    });
  });

  it('refuses symbolic links, directories, FIFOs and files too large', async () => {
    symlinkSync(file(0o600), join(dir, 'link'));
    expect(await readPrivate(join(dir, 'link'))).toMatchObject({
      cause: 'unsafe',
      detail: expect.stringMatching(/symbolic/),
    });
    expect(await readPrivate(dir)).toMatchObject({ ok: false, cause: 'unsafe' });
    execFileSync('/usr/bin/mkfifo', ['-m', '600', join(dir, 'fifo')]);
    expect(await readPrivate(join(dir, 'fifo'))).toMatchObject({ ok: false, cause: 'unsafe' });
    expect(await readPrivate(file(0o600, 'x'.repeat(70_000)))).toMatchObject({ ok: false, cause: 'unsafe' });
  });

  it('says when there is none', async () => {
    expect(await readPrivate(join(dir, 'none'))).toMatchObject({ ok: false, cause: 'absent' });
  });

  it.skipIf(process.geteuid?.() !== 0)('refuses what belongs to somebody else (needs root)', async () => {
    const path = file(0o600);
    chownSync(path, 65_534, 65_534);
    chmodSync(dir, 0o777);
    expect(await readPrivate(path)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/another user/),
    });
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'takes as root what only root can have put there (needs root)',
    async () => {
      const path = file(0o600, 'of the service');
      chownSync(path, 65_534, 65_534);
      chmodSync(dir, 0o755);
      expect(await readPrivate(path)).toEqual({ ok: true, text: 'of the service' });
      chmodSync(path, 0o640);
      expect(await readPrivate(path)).toMatchObject({ ok: false, cause: 'unsafe' });
    },
  );
});

describe('writePrivate', () => {
  it('leaves a file of mode 0600 and nothing else, also over an older one and over a link', async () => {
    vi.spyOn(process, 'umask').mockReturnValue(0);
    const path = file(0o644, 'old');
    expect(await writePrivate(path, 'new')).toEqual({ ok: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const elsewhere = join(dir, 'elsewhere');
    writeFileSync(elsewhere, 'untouched');
    symlinkSync(elsewhere, join(dir, 'link'));
    await writePrivate(join(dir, 'link'), 'new');
    expect(statSync(elsewhere).size).toBe('untouched'.length);
    expect(await readPrivate(join(dir, 'link'))).toEqual({ ok: true, text: 'new' });
    expect(readdirSync(dir).sort()).toEqual(['elsewhere', 'file', 'link']);
  });

  it('keeps the old file and no scraps when it cannot write', async () => {
    expect(await writePrivate(join(dir, 'no', 'file'), 'x')).toMatchObject({ ok: false });
    writeFileSync(join(dir, 'plain'), '');
    expect(await writePrivate(join(dir, 'plain', 'file'), 'x')).toMatchObject({ ok: false });
    expect(readdirSync(dir)).toEqual(['plain']);
  });
});

describe.skipIf(process.geteuid?.() !== 0)('root in the directory of another user (needs root)', () => {
  it('writes for that user, and reads what is that user’s', async () => {
    chownSync(dir, 65_534, 65_534);
    const path = join(dir, 'file');
    expect(await writePrivate(path, 'words')).toEqual({ ok: true });
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
    expect(await readPrivate(path)).toEqual({ ok: true, text: 'words' });
    chownSync(path, 65_533, 65_533);
    expect(await readPrivate(path)).toMatchObject({ ok: false, cause: 'unsafe' });
  });
});

describe('readSecret', () => {
  it('takes one line ending off and shows nothing of itself', async () => {
    const read = await readSecret(file(0o600, 'a b \r\n'));
    expect(read.ok && read.secret.reveal()).toBe('a b ');
    expect(JSON.stringify(read)).not.toContain('a b');
  });

  it('refuses an empty file', async () => {
    expect(await readSecret(file(0o600, '\n'))).toMatchObject({ ok: false });
  });

  it('allows the group bits that systemd’s access lists show, in its directory only', async () => {
    const path = file(0o440);
    expect((await readSecret(path)).ok).toBe(false);
    vi.stubEnv('CREDENTIALS_DIRECTORY', dir);
    expect((await readSecret(path)).ok).toBe(true);
    chmodSync(path, 0o444);
    expect((await readSecret(path)).ok).toBe(false);
  });
});
