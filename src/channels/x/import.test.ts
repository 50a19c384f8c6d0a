import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importCredentials } from './import.ts';
import { keysOf } from './tokens.ts';

// As t, x-cli and twurl write it.
const rc = `---
configuration:
  default_profile:
  - sentinel_bot
  - cKey
profiles:
  sentinel_bot:
    cKey:
      username: sentinel_bot
      consumer_key: cKey
      consumer_secret: c0nsumer-s3cret
      token: 1001-t0ken
      secret: 12345678901234567890
    other:
      consumer_key: other
      consumer_secret: 0x10
      token: '1001-second'
      secret: 's3cret: #2'
  night_admin:
    cKey:
      username: night_admin
      consumer_key: cKey
`;
const api = 'https://api.x.com';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'));
});
afterEach(() => rmSync(home, { recursive: true }));
const put = (name: string, text: string, mode = 0o600): void =>
  writeFileSync(join(home, name), text, { mode });

describe('importCredentials', () => {
  it.each(['.trc', '.xrc', '.twurlrc'])('finds the accounts of ~/%s', async (name) => {
    put(name, rc);
    const { accounts, notes } = await importCredentials(home, api);
    expect(accounts.map(({ screenName, isDefault }) => [screenName, isDefault])).toEqual([
      ['sentinel_bot', true],
      ['sentinel_bot', false],
    ]);
    expect(accounts.map(({ credentials }) => keysOf(credentials))).toEqual([
      {
        consumerKey: 'cKey',
        consumerSecret: 'c0nsumer-s3cret',
        token: '1001-t0ken',
        tokenSecret: '12345678901234567890',
      },
      { consumerKey: 'other', consumerSecret: '0x10', token: '1001-second', tokenSecret: 's3cret: #2' },
    ]);
    expect(accounts[0]?.credentials).toMatchObject({ api, userId: '1001' });
    expect(notes).toEqual([expect.stringMatching(/night_admin has not all of/)]);
  });

  it('says when others can read the file', async () => {
    put('.trc', rc, 0o644);
    const { accounts, notes } = await importCredentials(home, api);
    expect(accounts).toHaveLength(2);
    expect(notes).toContainEqual(expect.stringMatching(/chmod 600/));
  });

  it('finds nothing where there is nothing', async () => {
    expect(await importCredentials(home, api)).toEqual({ accounts: [], notes: [] });
  });

  it.each([
    '{ s3cret',
    '- s3cret',
    's3cret',
    '&a [*a, s3cret]',
    'profiles: s3cret',
    'profiles: { s3cret: { k: s3cret } }',
  ])('takes nothing from %j and repeats no value of it', async (text) => {
    put('.trc', text);
    const { accounts, notes } = await importCredentials(home, api);
    expect(accounts).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes.join()).not.toContain('k: s3cret');
  });

  it('takes an empty tree for what it is', async () => {
    put('.twurlrc', '---\nprofiles: {}\nconfiguration: {}\n');
    expect(await importCredentials(home, api)).toEqual({ accounts: [], notes: [] });
  });
});
