import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { ChannelPorts } from '../../src/channels/contract.ts';
import { openHttp } from '../../src/channels/http.ts';
import { secret, type Secret } from '../../src/channels/secret.ts';
import { openAccount, type XAccount } from '../../src/channels/x/account.ts';
import { xDm } from '../../src/channels/x/dm.ts';
import { authorizePage, beginLogin, redeemCode, type XClient } from '../../src/channels/x/oauth2.ts';
import { readPasted } from '../../src/channels/x/pasted.ts';
import { writeCredentials } from '../../src/channels/x/tokens.ts';
import { instant } from '../../src/model/time.ts';
import { attemptAt } from './channel-ports.ts';
import { grantOf, grantTo, renewals } from './x-oauth2-scene.ts';
import { named, obstacle, setScene } from './x-scene.ts';

const never = new AbortController().signal;
const redirect = 'http://127.0.0.1:8765/callback';

describe.skipIf(obstacle !== undefined)(named('OAuth 2.0 at a stand-in of X'), () => {
  const scene = setScene();
  const send = async () => scene.dm.send(attemptAt(scene.fresh()));
  const clients = (): Record<string, XClient> => ({
    'a public client': { api: scene.x.url, clientId: 'publicClient' },
    'a confidential client': {
      api: scene.x.url,
      clientId: 'closedClient',
      clientSecret: secret('cl1ent:secret/with+odd=signs&'),
    },
  });
  const limits = () => ({ totalMs: 20_000, signal: never, now: () => instant(Date.now()) });

  describe.each(['a public client', 'a confidential client'])('%s', (kind) => {
    it('logs in by PKCE, sends, and renews its login by the refresh token', async () => {
      const client = clients()[kind];
      if (client === undefined) throw new Error('no such client');
      const http = openHttp(scene.ports.http);
      const login = beginLogin(redirect, scene.ports.randomBytes);
      const { location = '' } = await scene.x.authorize(authorizePage(client, login), '1001');
      const pasted = readPasted(` ${location}\n`, login.state);
      if (!pasted.ok) throw new Error(pasted.detail);
      const asked = await redeemCode(http, client, login, pasted.code, limits());
      if (asked.type !== 'tokens') throw new Error('no tokens');
      expect(asked.tokens.scopes).toContain('offline.access');
      const identity = { userId: '1001', screenName: 'sentinel_bot' };
      const grant = { type: 'oauth2' as const, ...client, ...asked.tokens, ...identity };
      await writeCredentials(scene.ports.stateDirectory, 'bot', grant);
      expect((await send()).type).toBe('sent');
      await writeCredentials(scene.ports.stateDirectory, 'bot', { ...grant, expiresAt: instant(0) });
      expect((await send()).type).toBe('sent');
      expect((await grantOf(scene.ports)).refreshToken?.reveal()).not.toBe(grant.refreshToken?.reveal());
      // The code works once.
      expect(await redeemCode(http, client, login, pasted.code, limits())).toMatchObject({ refused: true });
      await http.close();
    });
  });

  it('takes no code that is too old, and none by another verifier', async () => {
    const client = clients()['a public client'];
    if (client === undefined) throw new Error('no such client');
    const http = openHttp(scene.ports.http);
    const login = beginLogin(redirect, scene.ports.randomBytes);
    const redeemAs = async (as: typeof login) => {
      const { location = '' } = await scene.x.authorize(authorizePage(client, login), '1001');
      const pasted = readPasted(location, login.state);
      return pasted.ok ? redeemCode(http, client, as, pasted.code, limits()) : undefined;
    };
    expect(await redeemAs({ ...login, verifier: secret('x'.repeat(43)) })).toMatchObject({ refused: true });
    await scene.x.settings({ codeLife: -1 });
    expect(await redeemAs(login)).toMatchObject({ refused: true });
    await scene.x.settings({ codeLife: 30 });
    expect(await redeemAs(login)).toMatchObject({ type: 'tokens' });
    await http.close();
  });

  it('renews before the token ends, and uses one that has time left as it is', async () => {
    const before = await renewals(scene.x);
    await grantTo(scene.ports, scene.x, { seconds: 600 });
    expect((await send()).type).toBe('sent');
    expect(await renewals(scene.x)).toEqual(before);
    await grantTo(scene.ports, scene.x, { seconds: 60 });
    expect((await send()).type).toBe('sent');
    expect((await renewals(scene.x)).given).toBe(before.given + 1);
  });

  it('renews once when X refuses a token that should be good, and sends then', async () => {
    const old = await grantTo(scene.ports, scene.x, { secondsAgo: 3600, seconds: 3600 });
    await scene.x.endTokens();
    expect((await send()).type).toBe('sent');
    expect((await grantOf(scene.ports)).accessToken.reveal()).not.toBe(old.accessToken.reveal());
  });

  it('does not renew again and again while X refuses everything', async () => {
    await grantTo(scene.ports, scene.x, { secondsAgo: 3600, seconds: 3600 });
    const before = await renewals(scene.x);
    const body = { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' };
    await scene.x.plan([{ fault: 'answer', path: '/2/dm_', status: 401, body, before: true, times: 9 }]);
    for (let i = 0; i < 3; i += 1) expect(await send()).toMatchObject({ type: 'retry', reason: 'auth' });
    expect((await renewals(scene.x)).asked).toBe(before.asked + 1);
    await scene.x.plan([]);
    expect((await send()).type).toBe('sent');
  });

  it('says what to do when the login was revoked, keeps it, and tells when it ends', async () => {
    const grant = await grantTo(scene.ports, scene.x, { seconds: -1 });
    await scene.x.revoke();
    const delivery = await send();
    expect(delivery).toMatchObject({
      type: 'retry',
      reason: 'auth',
      detail: 'X does not accept the refresh token of account bot: run auth login x --oauth2 --account bot',
    });
    expect((await grantOf(scene.ports)).refreshToken?.reveal()).toBe(grant.refreshToken?.reveal());
    expect(await expiries(scene.ports)).toEqual([
      { what: 'the login of X account bot', at: grant.expiresAt },
    ]);
    await grantTo(scene.ports, scene.x);
    expect((await send()).type).toBe('sent');
    expect(await expiries(scene.ports)).toEqual([]);
  });

  it('goes on with a token that has time left when it cannot be renewed', async () => {
    await grantTo(scene.ports, scene.x, { seconds: 90 });
    await scene.x.plan([{ fault: 'answer', path: '/2/oauth2/token', status: 503, before: true }]);
    expect((await send()).type).toBe('sent');
    const { exclusive: _, ...lockless } = scene.ports;
    const channel = await xDm.open({ account: 'bot', to: '2002' }, lockless);
    expect((await channel.send(attemptAt(scene.fresh()))).type).toBe('sent');
    await channel.close();
  });

  it.each([
    ['an answer of trouble', { fault: 'answer', status: 503 }, 'unavailable'],
    ['a limit', { fault: 'answer', status: 429 }, 'rateLimited'],
    ['a wrong client', { fault: 'answer', status: 401, body: { error: 'unauthorized_client' } }, 'auth'],
    ['a page of a portal', { fault: 'answer', status: 200, body: '<html>' }, 'auth'],
    ['a broken connection', { fault: 'reset' }, 'unavailable'],
    ['garbage', { fault: 'garbage' }, 'unavailable'],
  ] as const)(
    'sends later after %s instead of tokens, and no message is unsure',
    async (_name, fault, reason) => {
      const grant = await grantTo(scene.ports, scene.x, { seconds: -1 });
      await scene.x.plan([{ ...fault, path: '/2/oauth2/token', before: true }]);
      expect(await send()).toMatchObject({ type: 'retry', reason });
      expect((await grantOf(scene.ports)).accessToken.reveal()).toBe(grant.accessToken.reveal());
      expect((await send()).type).toBe('sent');
    },
  );

  it('tells of an answer that was lost: the token may be spent, and somebody must log in', async () => {
    await grantTo(scene.ports, scene.x, { seconds: -1 });
    await scene.x.plan([{ fault: 'reset', path: '/2/oauth2/token' }]);
    expect(await send()).toMatchObject({ type: 'retry', reason: 'unavailable' });
    expect(await send()).toMatchObject({
      type: 'retry',
      reason: 'auth',
      detail: expect.stringMatching(
        /a renewal that began at .* was cut off, and may have spent it: run auth/,
      ),
    });
  });

  it('repeats no token and no secret, even if X repeats the whole request', async () => {
    const clientSecret = 'cl1ent:secret/with+odd=signs&';
    const grant = await grantTo(scene.ports, scene.x, {
      clientId: 'closedClient',
      clientSecret: secret(clientSecret),
      seconds: -1,
    });
    await scene.x.plan([{ fault: 'echo', path: '/2/oauth2/token', before: true }]);
    const told = JSON.stringify(await send());
    expect(told).toContain('Basic [key]');
    const encoded = new URLSearchParams({ '': clientSecret }).toString().slice(1);
    const basic = Buffer.from(`closedClient:${encoded}`).toString('base64');
    for (const key of [clientSecret, encoded, basic, grant.refreshToken?.reveal() ?? '']) {
      expect(told).not.toContain(key);
    }
    await send();
    await scene.x.plan([{ fault: 'echo', path: '/2/dm_', before: true }]);
    const repeated = JSON.stringify(await send());
    expect(repeated).toContain('Bearer [key]');
    expect(repeated).not.toContain((await grantOf(scene.ports)).accessToken.reveal());
  });

  it('is not renewed from where systemd gave it, nor without a refresh token', async () => {
    const before = await renewals(scene.x);
    const { refreshToken: _, ...plain } = await grantTo(scene.ports, scene.x, { seconds: -1 });
    await writeCredentials(scene.ports.stateDirectory, 'bot', plain);
    expect(await send()).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(await expiries(scene.ports)).toMatchObject([{ at: plain.expiresAt }]);
    await grantTo(scene.ports, scene.x, { seconds: -1 });
    vi.stubEnv('CREDENTIALS_DIRECTORY', scene.ports.stateDirectory);
    expect(await send()).toMatchObject({ reason: 'auth', detail: expect.stringContaining('systemd') });
    vi.unstubAllEnvs();
    expect(await renewals(scene.x)).toEqual(before);
  });

  it('is renewed when nothing used it for a week', async () => {
    const grant = await grantTo(scene.ports, scene.x, { secondsAgo: 8 * 86_400 });
    expect(await expiries(scene.ports)).toEqual([]);
    expect((await grantOf(scene.ports)).refreshToken?.reveal()).not.toBe(grant.refreshToken?.reveal());
    const before = await renewals(scene.x);
    expect(await expiries(scene.ports)).toEqual([]);
    expect(await renewals(scene.x)).toEqual(before);
  });

  it('does not ask for tokens that could not be kept', async () => {
    await grantTo(scene.ports, scene.x, { seconds: -1 });
    const before = await renewals(scene.x);
    // A lock that is somebody's file: nothing can be locked here.
    writeFileSync(join(scene.ports.stateDirectory, 'x-bot.lock'), '');
    expect(await send()).toMatchObject({ type: 'retry', reason: 'unavailable' });
    expect(await renewals(scene.x)).toEqual(before);
  });

  describe('a pair that the disk does not take', () => {
    /** A channel of a daemon: `unsaved` outlives it. The disk is full from the moment at which X answered. */
    const opened = async (unsaved: Map<string, Secret>, isFull: () => boolean) => {
      const { stateDirectory } = scene.ports;
      const reach = (step: string): void => {
        // What is written beside the token file first has no place, whoever asks: root, too.
        if (step === 'asked' && isFull()) renameSync(stateDirectory, `${stateDirectory}-away`);
      };
      const ports = { ...scene.ports, unsaved, reach };
      return openAccount('bot', ports);
    };
    const roomAgain = (): void => {
      const { stateDirectory } = scene.ports;
      rmSync(stateDirectory, { recursive: true, force: true });
      renameSync(`${stateDirectory}-away`, stateDirectory);
    };
    const ask = (account: XAccount) => account.call({ method: 'GET', path: '/2/users/me' }, never);

    it('outlives the channels of a configuration, and is written by the next that can', async () => {
      const spent = await grantTo(scene.ports, scene.x, { seconds: -1 });
      const before = await renewals(scene.x);
      const unsaved = new Map<string, Secret>();
      const first = await opened(unsaved, () => true);
      expect(await ask(first)).toMatchObject({
        ok: false,
        delivery: { reason: 'unavailable', detail: expect.stringContaining('cannot be kept') as string },
      });
      await first.close();
      expect(unsaved.size).toBe(1);
      expect(inspect(unsaved, { depth: 9 })).not.toContain('Token');
      roomAgain();
      expect((await grantOf(scene.ports)).refreshToken?.reveal()).toBe(spent.refreshToken?.reveal());

      const second = await opened(unsaved, () => false);
      expect(await ask(second)).toMatchObject({ ok: true, answer: { status: 200 } });
      const kept = await grantOf(scene.ports);
      expect(kept.refreshToken?.reveal()).not.toBe(spent.refreshToken?.reveal());
      expect(kept.renewingSince).toBeUndefined();
      expect(unsaved.size).toBe(0);
      await second.close();
      const after = await renewals(scene.x);
      expect([after.asked, after.given]).toEqual([before.asked + 1, before.given + 1]);
    });

    it('is written when its channel is closed, if there is room by then', async () => {
      const spent = await grantTo(scene.ports, scene.x, { seconds: -1 });
      const unsaved = new Map<string, Secret>();
      const only = await opened(unsaved, () => true);
      expect((await ask(only)).ok).toBe(false);
      roomAgain();
      await only.close();
      expect(unsaved.size).toBe(0);
      expect((await grantOf(scene.ports)).refreshToken?.reveal()).not.toBe(spent.refreshToken?.reveal());
    });

    it('gives way to a login that came meanwhile', async () => {
      await grantTo(scene.ports, scene.x, { seconds: -1 });
      const unsaved = new Map<string, Secret>();
      const only = await opened(unsaved, () => true);
      expect((await ask(only)).ok).toBe(false);
      roomAgain();
      const fresh = await grantTo(scene.ports, scene.x);
      await only.close();
      expect(unsaved.size).toBe(0);
      expect((await grantOf(scene.ports)).refreshToken?.reveal()).toBe(fresh.refreshToken?.reveal());
    });
  });
});

const expiries = async (ports: ChannelPorts) => xDm.expiries?.({ account: 'bot', to: '2002' }, ports, never);
