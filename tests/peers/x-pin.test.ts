import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpSettings } from '../../src/channels/contract.ts';
import { type Http, openHttp } from '../../src/channels/http.ts';
import { secret } from '../../src/channels/secret.ts';
import {
  accessToken,
  authorizeUrl,
  type RequestToken,
  requestToken,
  type XApplication,
} from '../../src/channels/x/pin.ts';
import { openSigned, type SignedHttp } from '../../src/channels/x/signed.ts';
import { keysOf } from '../../src/channels/x/tokens.ts';
import { instant } from '../../src/model/time.ts';
import { directHttp } from './channel-ports.ts';
import { standinKeys, standinObstacle, startXStandin, type XStandin } from './x-standin.ts';

const obstacle = await standinObstacle();
const named = (what: string): string => (obstacle === undefined ? what : `${what} (skipped: ${obstacle})`);
const signal = new AbortController().signal;

describe.skipIf(obstacle !== undefined)(named('the PIN flow against a stand-in of X'), () => {
  let x: XStandin;
  let http: Http;
  let signed: SignedHttp;
  let application: XApplication;
  const { consumerKey, consumerSecret } = standinKeys;

  beforeAll(async () => {
    x = await startXStandin();
  });
  afterAll(() => x.stop());
  beforeEach(async () => {
    await x.plan([]);
    await x.settings({ clock: 0, apps: { [consumerKey]: { secret: consumerSecret } } });
    application = { api: x.url, consumerKey, consumerSecret: secret(consumerSecret) };
    [http, signed] = connect(directHttp(x.ca));
  });
  afterEach(() => http.close());

  const connect = (settings: HttpSettings): [Http, SignedHttp] => {
    const http = openHttp(settings);
    return [
      http,
      openSigned(http, { now: () => instant(Date.now()), randomBytes: (length) => randomBytes(length) }),
    ];
  };
  const begin = async (): Promise<RequestToken> => {
    const begun = await requestToken(signed, application, signal);
    if (!begun.ok) throw new Error(begun.detail);
    return begun.value;
  };
  const reasonOf = async (change: Partial<XApplication> = {}): Promise<string> => {
    const begun = await requestToken(signed, { ...application, ...change }, signal);
    return begun.ok ? 'ok' : begun.reason;
  };
  const finish = (request: RequestToken, pin: string) =>
    accessToken(signed, application, request, pin, signal);

  it('connects an account, whose credentials then work', async () => {
    const request = await begin();
    expect(authorizeUrl(x.url, request)).toBe(`${x.url}/oauth/authorize?oauth_token=${request.token}`);
    const pin = await x.approve(request.token, '1001');
    const done = await finish(request, ` ${pin.slice(0, 3)} ${pin.slice(3)}\n`);
    expect(done).toMatchObject({
      ok: true,
      value: { userId: '1001', screenName: 'sentinel_bot', api: x.url, consumerKey },
    });
    if (!done.ok) return;
    const me = await signed.call({ method: 'GET', url: `${x.url}/2/users/me` }, keysOf(done.value), {
      totalMs: 5000,
      signal,
    });
    expect(me).toMatchObject({ type: 'answer', status: 200 });
  });

  it('tells a wrong PIN, and one that is none without asking X', async () => {
    const request = await begin();
    await x.approve(request.token, '1001');
    expect(await finish(request, '0')).toMatchObject({
      ok: false,
      reason: 'pin',
      detail: expect.stringContaining('oauth_verifier'),
    });
    const before = (await x.seen()).length;
    expect(await finish(request, 'abc')).toMatchObject({ ok: false, reason: 'pin' });
    expect(await x.seen()).toHaveLength(before);
  });

  it('tells a PIN that is too old, and one that was used', async () => {
    const request = await begin();
    const pin = await x.approve(request.token, '1001');
    await x.expire(request.token);
    expect(await finish(request, pin)).toMatchObject({ ok: false, reason: 'stale' });
    const other = await begin();
    const used = await x.approve(other.token, '1001');
    expect((await finish(other, used)).ok).toBe(true);
    expect(await finish(other, used)).toMatchObject({ ok: false, reason: 'stale' });
  });

  it('tells a wrong key and a wrong secret', async () => {
    expect(await reasonOf({ consumerKey: 'nobody' })).toBe('consumerKey');
    expect(await reasonOf({ consumerSecret: secret('wrong') })).toBe('consumerKey');
  });

  it('tells an application without callback (415) and a suspended one (416)', async () => {
    await x.settings({ apps: { [consumerKey]: { secret: consumerSecret, callback: false } } });
    expect(await reasonOf()).toBe('callback');
    await x.settings({ apps: { [consumerKey]: { secret: consumerSecret, suspended: true } } });
    expect(await reasonOf()).toBe('suspended');
  });

  it('tells code 417', async () => {
    const body =
      '<?xml version="1.0"?><errors><error code="417">Desktop applications only support oob</error></errors>';
    await x.plan([{ fault: 'answer', status: 401, body, before: true }]);
    expect(await reasonOf()).toBe('callback');
  });

  it('puts a wrong clock right by X’s, and tells one that cannot be put right', async () => {
    await x.settings({ clock: 7200 });
    expect(await reasonOf()).toBe('ok');
    expect(Math.abs(signed.clockOffset() - 7_200_000)).toBeLessThan(5000);
    const body = { errors: [{ code: 135, message: 'Timestamp out of bounds.' }] };
    await x.plan([{ fault: 'answer', status: 401, body, before: true, times: 2 }]);
    expect(await reasonOf()).toBe('clock');
  });

  it('tells an answer that is none', async () => {
    for (const body of ['<html><title>Welcome to the hotel</title></html>', 'oauth_token=a', '']) {
      await x.plan([{ fault: 'answer', status: 200, body, before: true }]);
      expect(await reasonOf()).toBe('answer');
    }
  });

  it('tells when X cannot be reached', async () => {
    expect(await reasonOf({ api: 'https://127.0.0.1:9' })).toBe('network');
    await x.plan([{ fault: 'reset', before: true }]);
    expect(await reasonOf()).toBe('network');
    const [strange, distrusting] = connect({ proxy: { url: 'http://127.0.0.1:9', noProxy: ['localhost'] } });
    const begun = await requestToken(distrusting, application, signal);
    expect(begun).toMatchObject({
      ok: false,
      reason: 'network',
      detail: expect.stringContaining('certificate'),
    });
    await strange.close();
  });

  it('repeats no secret, even if X repeats the whole request', async () => {
    const request = await begin();
    for (const fault of ['echo', 'garbage'] as const) {
      await x.plan([{ fault, before: true }]);
      const told = JSON.stringify(await finish(request, '1234567'));
      for (const key of [consumerKey, consumerSecret, request.token, request.tokenSecret.reveal()]) {
        expect(told).not.toContain(key);
      }
    }
  });
});
