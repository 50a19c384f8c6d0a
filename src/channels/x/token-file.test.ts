import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instant } from '../../model/time.ts';
import { readTokenFile } from './token-file.ts';
import { keysOf } from './tokens.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'token-file-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const now = instant(1_800_000_000_000);
const read = (text: string, mode = 0o600) => {
  const path = join(dir, 'tokens');
  writeFileSync(path, text, { mode });
  return readTokenFile(path, 'https://api.x.com', now);
};

describe('a file of tokens', () => {
  it('gives the four values of OAuth 1.0a under the console’s names', async () => {
    const found = await read(
      '# of the bot\nAPI Key: ck\nAPI Key Secret: "cs3cret"\n\nAccess Token = 1001-t\r\nAccess Token Secret=ts3cret=\n',
    );
    if (!found.ok || found.credentials.type !== 'oauth1') throw new Error('no keys');
    expect(found.credentials).toMatchObject({ userId: '1001', api: 'https://api.x.com' });
    expect(keysOf(found.credentials)).toEqual({
      consumerKey: 'ck',
      consumerSecret: 'cs3cret',
      token: '1001-t',
      tokenSecret: 'ts3cret=',
    });
  });

  it('gives tokens of OAuth 2.0, of which one that can be renewed is, at once', async () => {
    const renewable = await read(
      'client_id: c\nclient_secret: s3cret\naccess_token: at\nrefresh_token: rt\n',
    );
    expect(renewable).toMatchObject({ credentials: { type: 'oauth2', clientId: 'c', expiresAt: now } });
    const told = await read('access_token: at\nexpires_at: 2027-01-16T00:00:00Z\n');
    expect(told).toMatchObject({ credentials: { expiresAt: Date.parse('2027-01-16T00:00:00Z') } });
    expect(told.ok && 'refreshToken' in told.credentials).toBe(false);
    expect(await read('access_token: at')).toMatchObject({ credentials: { expiresAt: now + 7_200_000 } });
  });

  it.each([
    ['', /has no access_token/],
    ['bearer_token: AAAs3cret', /can neither write messages nor post/],
    ['access_token: 1001-t\naccess_token_secret: s3cret', /has not api_key/],
    ['access_token: s3cret\naccess_token_secret: s\napi_key: k\napi_secret: s', /does not name its user/],
    ['access_token: at\nrefresh_token: s3cret', /without client_id/],
    ['access_token: s3cret s3cret', /cannot be one/],
    ['access_token: at\nexpires_at: s3cret', /not a time/],
    ['s3cret', /tokens:1 is not/],
    ['access_token: at\npassword: s3cret', /tokens:2 is not/],
    ['access_token:', /tokens:1 is not/],
  ])('is refused: %j', async (text, words) => {
    const found = await read(text);
    expect(found).toMatchObject({ ok: false, detail: expect.stringMatching(words) });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  it('must be private', async () => {
    const found = await read('access_token: at', 0o644);
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining('chmod 600') });
  });
});
