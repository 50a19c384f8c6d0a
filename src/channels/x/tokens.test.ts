import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { secret } from '../secret.ts';
import { keysOf, readCredentials, removeCredentials, writeCredentials, type XKeys } from './tokens.ts';

const credentials: XKeys = {
  type: 'oauth1',
  api: 'https://api.x.com',
  userId: '1001',
  screenName: 'sentinel_bot',
  consumerKey: 'consumer-k3y',
  consumerSecret: secret('consumer-s3cret'),
  token: '1001-t0ken',
  tokenSecret: secret('t0ken-s3cret'),
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tokens-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

describe('credentials', () => {
  it('come back as they were written, from a file of mode 0600', async () => {
    expect(await writeCredentials(dir, 'bot', credentials)).toEqual({ ok: true });
    expect(statSync(join(dir, 'x-bot.json')).mode & 0o777).toBe(0o600);
    const read = await readCredentials(dir, 'bot');
    expect(read).toMatchObject({
      ok: true,
      credentials: { userId: '1001', screenName: 'sentinel_bot', api: 'https://api.x.com' },
    });
    expect(read.ok && read.credentials.type === 'oauth1' && keysOf(read.credentials)).toEqual(
      keysOf(credentials),
    );
  });

  it('show no secret when they are printed', async () => {
    await writeCredentials(dir, 'bot', credentials);
    expect(JSON.stringify(await readCredentials(dir, 'bot'))).not.toContain('s3cret');
  });

  it('come from systemd first', async () => {
    const given = mkdtempSync(join(tmpdir(), 'given-'));
    await writeCredentials(dir, 'bot', credentials);
    await writeCredentials(given, 'bot', { ...credentials, screenName: 'given' });
    vi.stubEnv('CREDENTIALS_DIRECTORY', given);
    expect(await readCredentials(dir, 'bot')).toMatchObject({ credentials: { screenName: 'given' } });
    rmSync(join(given, 'x-bot.json'));
    expect(await readCredentials(dir, 'bot')).toMatchObject({ credentials: { screenName: 'sentinel_bot' } });
    rmSync(given, { recursive: true });
  });

  it.each([
    '{',
    '[]',
    '{"version":2}',
    '{"version":1,"tokenSecret":"s3cret"}',
    's3cret',
    JSON.stringify({ version: 1, userId: 's3cret' }),
  ])('are not taken from %j, which is not repeated', async (text) => {
    writeFileSync(join(dir, 'x-bot.json'), text, { mode: 0o600 });
    const read = await readCredentials(dir, 'bot');
    expect(read).toMatchObject({ ok: false, absent: false });
    expect(JSON.stringify(read)).not.toContain('s3cret');
  });

  it.each(['../bot', 'a/b', '', '.', '-x', 'a'.repeat(65), 'bot.json', 'b\0t'])(
    'are not for an account %j',
    async (name) => {
      expect(await writeCredentials(dir, name, credentials)).toMatchObject({ ok: false });
      expect(await readCredentials(dir, name)).toMatchObject({ ok: false, absent: false });
      expect(await removeCredentials(dir, name)).toMatchObject({ ok: false });
    },
  );

  it('are gone when removed', async () => {
    await writeCredentials(dir, 'bot', credentials);
    expect(await removeCredentials(dir, 'bot')).toEqual({ ok: true });
    expect(await readCredentials(dir, 'bot')).toMatchObject({ ok: false, absent: true });
    expect(await removeCredentials(dir, 'bot')).toMatchObject({ ok: false });
  });

  it('stay what they were when the new ones cannot be written', async () => {
    await writeCredentials(dir, 'bot', credentials);
    const before = readFileSync(join(dir, 'x-bot.json'), 'utf8');
    expect(await writeCredentials(join(dir, 'none'), 'bot', credentials)).toMatchObject({ ok: false });
    expect(readFileSync(join(dir, 'x-bot.json'), 'utf8')).toBe(before);
  });
});
