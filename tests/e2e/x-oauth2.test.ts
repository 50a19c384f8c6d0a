import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { standinKeys, standinObstacle, startXStandin, type XStandin } from '../peers/x-standin.ts';
import { type Ended, run, type Running, type Site, site, start } from './program.ts';

const obstacle = await standinObstacle();
const title = 'a login by OAuth 2.0';
const named = obstacle === undefined ? title : `${title} (skipped: ${obstacle})`;

describe.skipIf(obstacle !== undefined)(named, { timeout: 120_000 }, () => {
  let x: XStandin;
  let at: Site;
  beforeAll(async () => {
    x = await startXStandin();
  });
  afterAll(() => x.stop());
  beforeEach(() => {
    at = site();
    at.configure(`
tls: { ca-file: ${x.caFile} }
accounts: { bot: { x: { api: '${x.url}' } } }
channels: { phone: { x-dm: { account: bot, to: '2002' } } }
receivers: { admin: { channels: [phone] } }
`);
  });
  afterEach(() => at.remove());

  /** Begins it, and answers with the page that the program prints. */
  const begin = async (
    id = 'closedClient',
    password = 'cl1ent:secret/with+odd=signs&',
  ): Promise<{ running: Running; page: string }> => {
    const running = start(at.args('auth', 'login', 'x', '--oauth2'), { keepInput: true });
    running.say(id);
    running.say(password);
    const page = (): string => /^https:\S+$/m.exec(running.output().stdout)?.[0] ?? '';
    await eventually(() => page() !== '', 'the address of the page', 60_000);
    return { running, page: page() };
  };
  const paste = async (change: (address: string) => string = (address) => address): Promise<Ended> => {
    const { running, page } = await begin();
    const { location = '' } = await x.authorize(page, '1001');
    running.say(change(location));
    return running.ended;
  };

  test('asks whose it is, keeps the tokens private, sends, and is told of by auth status', async () => {
    const ended = await paste();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('logged in as @sentinel_bot (1001)');
    const file = join(at.state, 'x-bot.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const sent = await run(at.args('send', '--wait', 'by OAuth 2.0'));
    expect(sent).toMatchObject({ code: 0 });
    expect((await x.sent()).at(-1)).toMatchObject({ kind: 'dm', to: '2002' });
    const status = await run(at.args('auth', 'status'));
    expect(status.stdout).toMatch(/^bot: @sentinel_bot \(1001\).*OAuth 2\.0, next renewed about 20/);
    const [json] = await at.json('auth', 'status');
    expect(json).toMatchObject({ kind: 'oauth2', renews: true, refused: false });
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const all = JSON.stringify([ended, sent, status, json]);
    for (const name of ['accessToken', 'refreshToken', 'clientSecret']) {
      expect(kept[name]).toBeTruthy();
      expect(all).not.toContain(kept[name]);
    }
    await x.revoke();
    writeFileSync(file, JSON.stringify({ ...kept, expiresAt: 0 }), { mode: 0o600 });
    const after = await run(at.args('auth', 'status'));
    expect(after.code).not.toBe(0);
    expect(after.stdout).toMatch(
      /NOT ok: .*refresh token.*run auth login x --oauth2.*X refused the refresh token/,
    );
    expect((await run(at.args('auth', 'logout', 'x'))).code).toBe(0);
  });

  test('takes no address of another login', async () => {
    const asked = (await x.seen()).length;
    const ended = await paste((address) => address.replace(/state=[^&]*/, 'state=other'));
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('another login');
    expect(await x.seen()).toHaveLength(asked);
  });

  test('takes the code alone, and says when it is not taken', async () => {
    const ended = await paste((address) => new URL(address).searchParams.get('code') ?? '');
    expect(ended.code).toBe(0);
    const wrong = await paste(() => 'acode-that-x-never-gave');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('30 seconds');
  });

  test('goes to what is in a file just as well', async () => {
    const file = at.path('tokens');
    const { consumerKey, consumerSecret, token, tokenSecret } = standinKeys;
    const text = `API Key: ${consumerKey}\nAPI Key Secret: ${consumerSecret}\nAccess Token: ${token}\nAccess Token Secret: ${tokenSecret}\n`;
    writeFileSync(file, text, { mode: 0o600 });
    const ended = await run(at.args('auth', 'login', 'x', '--token-file', file));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('logged in as @sentinel_bot (1001)');
    expect((await run(at.args('auth', 'status'))).stdout).toContain('OAuth 1.0a, does not end');
    const both = await run(at.args('auth', 'login', 'x', '--oauth2', '--token-file', file));
    expect(both.code).toBe(2);
  });
});
