import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { xDm } from '../../src/channels/x/dm.ts';
import { xPost } from '../../src/channels/x/post.ts';
import { after, instant, millis } from '../../src/model/time.ts';
import { attemptAt, channelPorts, directHttp, logIn, type TestPorts } from './channel-ports.ts';
import { type Fault, standinKeys, standinObstacle, startXStandin, type XStandin } from './x-standin.ts';

const obstacle = await standinObstacle();
const named = (what: string): string => (obstacle === undefined ? what : `${what} (skipped: ${obstacle})`);
const dms = '/2/dm_conversations';
const quarterHour = 15 * 60_000;

describe.skipIf(obstacle !== undefined)(named('X channels against a stand-in of X'), () => {
  let x: XStandin;
  const usual = {
    clock: 0,
    users: {
      '1001': {
        id: '1001',
        username: 'sentinel_bot',
        protected: true,
        access: 'read-write-directmessages' as const,
      },
      '2002': { id: '2002', username: 'night_admin', receives_your_dm: true },
    },
  };
  let ports: TestPorts;
  let dm: Channel;
  let text = 0;
  const fresh = (): string => `bird alert ${(text += 1)}`;

  beforeAll(async () => {
    x = await startXStandin();
  });
  afterAll(() => x.stop());
  beforeEach(async () => {
    await x.plan([]);
    await x.settings(usual);
    ports = await channelPorts(x.url, { http: directHttp(x.ca) });
    await logIn(ports, x.url);
    dm = await xDm.open({ account: 'bot', to: '@night_admin' }, ports);
  });
  afterEach(async () => {
    await dm.close();
    await ports.remove();
  });

  const sentTexts = async (): Promise<string[]> => (await x.sent()).map((sent) => sent.text);
  const open = (to: string, change: Partial<TestPorts> = {}): Promise<Channel> =>
    xDm.open({ account: 'bot', to }, { ...ports, ...change });

  it('sends a direct message that the stand-in finds well signed', async () => {
    const words = `${fresh()}: 100% of "a+b" & c=d; ünïcödé 🐦 ~!*'()`;
    const delivery = await dm.send(attemptAt(words));
    expect(delivery).toMatchObject({ type: 'sent', receipt: expect.stringMatching(/^\d+$/) });
    expect((await x.sent()).at(-1)).toMatchObject({ kind: 'dm', from: '1001', to: '2002', text: words });
  });

  it('learns the limits in passing', async () => {
    const delivery = await dm.send(attemptAt(fresh()));
    expect(delivery).toMatchObject({ limits: [{ window: quarterHour, limit: 100_000 }] });
  });

  it('sends the part that is asked for', async () => {
    const [one, two] = [fresh(), fresh()];
    await dm.send(attemptAt([one, two], { part: 1 }));
    expect((await x.sent()).at(-1)?.text).toBe(two);
    expect(await sentTexts()).not.toContain(one);
  });

  describe('recipients', () => {
    const lookups = async (): Promise<number> =>
      (await x.seen()).filter(({ path }) => path.includes('/by/username/')).length;

    it('looks a name up once, and not again after a restart', async () => {
      const before = await lookups();
      await dm.send(attemptAt(fresh()));
      await dm.send(attemptAt(fresh()));
      const again = await open('@Night_Admin');
      await again.send(attemptAt(fresh()));
      await again.close();
      expect((await lookups()) - before).toBe(1);
    });

    it.each([
      ['2002', '2002'],
      ['@me', '1001'],
    ])('writes to %s without looking anybody up', async (to, id) => {
      const before = await lookups();
      const channel = await open(to);
      expect(await channel.send(attemptAt(fresh()))).toMatchObject({ type: 'sent' });
      await channel.close();
      expect((await x.sent()).at(-1)?.to).toBe(id);
      expect(await lookups()).toBe(before);
    });

    it('fails for a name nobody has, and for somebody who takes no messages', async () => {
      const nobody = await open('@nobody_at_all');
      expect(await nobody.send(attemptAt(fresh()))).toMatchObject({ type: 'failed', reason: 'recipient' });
      const closed = await open('3003');
      expect(await closed.send(attemptAt(fresh()))).toMatchObject({ type: 'failed', reason: 'recipient' });
      await Promise.all([nobody.close(), closed.close()]);
    });

    it('asks again later when the look-up gave nothing clear: nothing was sent', async () => {
      for (const fault of ['reset', 'empty', 'garbage'] as const) {
        await x.plan([{ path: '/by/username/', fault, before: fault !== 'empty' }]);
        const channel = await open(`@night_admin`, { stateDirectory: '/nonexistent' });
        expect(await channel.send(attemptAt(fresh()))).toMatchObject({ type: 'retry' });
        await channel.close();
        await x.plan([]);
      }
    });
  });

  describe('answers', () => {
    const reset = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
    const refusal = (status: number, body: unknown, headers = {}): Fault => ({
      path: dms,
      before: true,
      fault: 'answer',
      status,
      body,
      headers,
    });

    it.each<[string, () => Fault, object]>([
      [
        '401',
        () => refusal(401, { title: 'Unauthorized', type: 'about:blank' }),
        { type: 'retry', reason: 'auth', afterMs: quarterHour },
      ],
      [
        '402',
        () => refusal(402, { title: 'CreditsDepleted' }),
        { type: 'retry', reason: 'outOfCredit', afterMs: 4 * quarterHour },
      ],
      [
        'duplicate',
        () => refusal(403, { errors: [{ code: 151, message: 'Whoops! You already said that.' }] }),
        { type: 'failed', reason: 'rejected' },
      ],
      [
        'permission',
        () => refusal(403, { type: 'https://api.x.com/2/problems/oauth1-permissions' }),
        { type: 'failed', reason: 'auth' },
      ],
      [
        'locked',
        () => refusal(403, { errors: [{ code: 326, message: 'locked' }] }),
        { type: 'retry', reason: 'rejected' },
      ],
      [
        'too long',
        () => refusal(403, { detail: 'Your Tweet text is too long.' }),
        { type: 'failed', reason: 'tooLong' },
      ],
      ['500', () => refusal(500, ''), { type: 'unknown' }],
      ['HTML 503', () => refusal(503, '<html><title>Over capacity</title></html>'), { type: 'unknown' }],
      [
        'redirect',
        () => refusal(302, '', { Location: 'https://portal.test/login' }),
        { type: 'retry', reason: 'unavailable' },
      ],
    ])('%s', async (_name, fault, expected) => {
      const words = fresh();
      await dm.send(attemptAt(fresh()));
      await x.plan([fault()]);
      expect(await dm.send(attemptAt(words))).toMatchObject(expected);
      expect(await sentTexts()).not.toContain(words);
    });

    it.each([
      ['x-rate-limit', 300],
      ['x-app-limit-24hour', 3600],
      ['x-user-limit-24hour', 7200],
    ])('429 waits for the reset of %s', async (family, seconds) => {
      const headers = {
        [`${family}-limit`]: 15,
        [`${family}-remaining`]: 0,
        [`${family}-reset`]: reset(seconds),
      };
      await x.plan([refusal(429, { title: 'Too Many Requests' }, headers)]);
      const delivery = await dm.send(attemptAt(fresh()));
      expect(delivery).toMatchObject({ type: 'retry', reason: 'rateLimited' });
      const wait = delivery.type === 'retry' ? (delivery.afterMs ?? 0) : 0;
      expect(Math.abs(wait - seconds * 1000)).toBeLessThan(3000);
    });

    it('says when the stand-in’s own limit of 15 is used up', async () => {
      await x.settings({ limits: { dm: 15, users: 100 } });
      const kinds: string[] = [];
      for (let n = 0; n < 16; n += 1) kinds.push((await dm.send(attemptAt(fresh()))).type);
      await x.settings({ limits: { dm: 100_000, post: 100_000, users: 100_000 } });
      expect(kinds).toEqual([...Array.from({ length: 15 }, () => 'sent'), 'retry']);
    });
  });

  describe('trouble on the way', () => {
    it.each<[string, Fault, string, 'arrives' | 'does not arrive']>([
      ['reset before acting', { fault: 'reset', before: true }, 'unknown', 'does not arrive'],
      ['reset after acting', { fault: 'reset' }, 'unknown', 'arrives'],
      ['something else than HTTP', { fault: 'garbage', before: true }, 'unknown', 'does not arrive'],
      ['a slow answer', { fault: 'slow', seconds: 0.3 }, 'sent', 'arrives'],
      ['a truncated answer', { fault: 'truncate' }, 'sent', 'arrives'],
      ['an answer that lies: shorter', { fault: 'shorter' }, 'sent', 'arrives'],
      ['an empty answer', { fault: 'empty' }, 'sent', 'arrives'],
      ['a huge answer', { fault: 'huge' }, 'sent', 'arrives'],
      ['200 with a page', { fault: 'answer', status: 200, body: '<html>hello</html>' }, 'unknown', 'arrives'],
    ])('%s', async (_name, fault, expected, arrives) => {
      const words = fresh();
      await dm.send(attemptAt(fresh()));
      await x.plan([{ ...fault, path: dms }]);
      expect((await dm.send(attemptAt(words))).type).toBe(expected);
      expect((await sentTexts()).includes(words)).toBe(arrives === 'arrives');
      await x.plan([]);
      expect((await dm.send(attemptAt(fresh()))).type).toBe('sent');
    });

    it.each(['hang', 'longer'] as const)('%s ends with the abort', async (fault) => {
      await dm.send(attemptAt(fresh()));
      await x.plan([{ path: dms, fault }]);
      const words = fresh();
      const stop = new AbortController();
      const sending = dm.send(attemptAt(words, { signal: stop.signal }));
      await expect.poll(sentTexts).toContain(words);
      stop.abort();
      expect((await sending).type).toMatch(fault === 'hang' ? /^unknown$/ : /^(?:unknown|sent)$/);
    });

    it('nothing listens', async () => {
      const channel = await open('2002', {
        accounts: new Map([['bot', { name: 'bot', api: 'https://127.0.0.1:9' }]]),
      });
      await logIn(ports, 'https://127.0.0.1:9');
      expect(await channel.send(attemptAt(fresh()))).toMatchObject({ type: 'retry', reason: 'unavailable' });
      await channel.close();
    });

    it('an authority that is not known here', async () => {
      const channel = await open('2002', {
        http: { proxy: { url: 'http://127.0.0.1:9', noProxy: ['localhost'] } },
      });
      const words = fresh();
      const delivery = await channel.send(attemptAt(words));
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
        detail: expect.stringMatching(/certificate/),
      });
      expect(await sentTexts()).not.toContain(words);
      await channel.close();
    });
  });

  describe('the clock', () => {
    const clockRefusals = async (): Promise<number> =>
      (await x.seen()).filter(({ status }) => status === 401).length;

    it.each([3600, -3600])('signs again, once, when X’s is %i s away, and remembers', async (clock) => {
      await x.settings({ clock });
      const before = await clockRefusals();
      expect((await dm.send(attemptAt(fresh()))).type).toBe('sent');
      expect((await dm.send(attemptAt(fresh()))).type).toBe('sent');
      expect((await clockRefusals()) - before).toBe(1);
    });

    it('gives up when the second signature is refused as well', async () => {
      const body = { errors: [{ code: 135, message: 'Timestamp out of bounds.' }] };
      await dm.send(attemptAt(fresh()));
      await x.plan([{ path: dms, before: true, times: 5, fault: 'answer', status: 401, body }]);
      expect(await dm.send(attemptAt(fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      await x.plan([]);
    });
  });

  describe('credentials', () => {
    it('are asked for when nobody logged in, and taken as soon as somebody did', async () => {
      const other = await channelPorts(x.url, { http: ports.http });
      const channel = await xDm.open({ account: 'bot', to: '2002' }, other);
      const delivery = await channel.send(attemptAt(fresh()));
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'auth',
        detail: expect.stringContaining('auth login x'),
      });
      await logIn(other, x.url);
      expect((await channel.send(attemptAt(fresh()))).type).toBe('sent');
      await channel.close();
      await other.remove();
    });

    it('are kept when X refuses them', async () => {
      await logIn(ports, x.url, { tokenSecret: 'wrong' });
      expect(await dm.send(attemptAt(fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      await logIn(ports, x.url);
      expect((await dm.send(attemptAt(fresh()))).type).toBe('sent');
    });

    it('are not sent to another API than the one that gave them', async () => {
      const before = (await x.seen()).length;
      await logIn(ports, 'https://elsewhere.test');
      expect(await dm.send(attemptAt(fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(await x.seen()).toHaveLength(before);
    });

    it('are in no answer, even if X repeats the whole request', async () => {
      await dm.send(attemptAt(fresh()));
      await x.plan([{ fault: 'echo', before: true, times: 3 }]);
      const delivery = JSON.stringify(await dm.send(attemptAt(fresh())));
      expect(delivery).toContain('OAuth oauth_consumer_key');
      for (const key of Object.values(standinKeys)) expect(delivery).not.toContain(key);
    });
  });

  describe('x-post', () => {
    const openPost = (unprotected: 'refuse' | 'allow', now = ports.now): Promise<Channel> =>
      xPost.open({ account: 'bot', unprotected }, { ...ports, now });
    const users = (isProtected: boolean) => ({
      '1001': { id: '1001', username: 'sentinel_bot', protected: isProtected, access: 'read-write' as const },
    });

    it('posts on a protected account, having asked once', async () => {
      const post = await openPost('refuse');
      const words = fresh();
      const before = (await x.seen()).length;
      expect(await post.send(attemptAt(words))).toMatchObject({
        type: 'sent',
        receipt: expect.stringMatching(/^\d+$/),
      });
      expect((await post.send(attemptAt(fresh()))).type).toBe('sent');
      expect((await x.seen()).slice(before).map(({ path }) => path.split('?')[0])).toEqual([
        '/2/users/me',
        '/2/tweets',
        '/2/tweets',
      ]);
      expect((await x.sent()).map((sent) => sent.text)).toContain(words);
      await post.close();
    });

    it('refuses an account that everybody can read, until it is protected', async () => {
      await x.settings({ users: users(false) });
      let now = instant(Date.now());
      const post = await openPost('refuse', () => now);
      const words = fresh();
      expect(await post.send(attemptAt(words))).toMatchObject({
        type: 'failed',
        reason: 'rejected',
        detail: expect.stringContaining('unprotected: allow'),
      });
      expect(await sentTexts()).not.toContain(words);
      await x.settings({ users: users(true) });
      now = after(now, millis(6 * 60_000));
      // The stand-in takes signatures of five minutes around its own time.
      await x.settings({ clock: 360 });
      expect((await post.send(attemptAt(words))).type).toBe('sent');
      await post.close();
    });

    it('does not ask where it is allowed', async () => {
      await x.settings({ users: users(false) });
      const post = await openPost('allow');
      expect((await post.send(attemptAt(fresh()))).type).toBe('sent');
      await post.close();
    });

    it('takes "duplicate" for success only after an unknown outcome, and it is there once', async () => {
      const post = await openPost('allow');
      const words = fresh();
      await x.plan([{ path: '/2/tweets', fault: 'reset' }]);
      expect((await post.send(attemptAt(words))).type).toBe('unknown');
      expect(await post.send(attemptAt(words))).toMatchObject({ type: 'failed', reason: 'rejected' });
      expect(await post.send(attemptAt(words, { mayHaveArrived: true }))).toMatchObject({
        type: 'sent',
        receipt: 'duplicate',
      });
      expect((await sentTexts()).filter((text) => text === words)).toHaveLength(1);
      await post.close();
    });
  });

  describe('probe', () => {
    const signal = new AbortController().signal;
    const bot = { id: '1001', username: 'sentinel_bot', protected: true };
    const admin = { id: '2002', username: 'night_admin' };

    it('says who may write to whom, without writing', async () => {
      const before = await x.sent();
      const users = {
        '1001': { ...bot, access: 'read-write-directmessages' as const },
        '2002': { ...admin, receives_your_dm: true },
      };
      await x.settings({ users });
      expect(await dm.probe?.(signal)).toEqual({
        ok: true,
        detail: '@sentinel_bot may write to @night_admin',
      });
      expect(await x.sent()).toEqual(before);
    });

    it.each([
      [
        'a token older than the permission',
        { '1001': { ...bot, access: 'read-write' as const }, '2002': admin },
        /may only read-write/,
      ],
      [
        'a recipient who takes none',
        {
          '1001': { ...bot, access: 'read-write-directmessages' as const },
          '2002': { ...admin, receives_your_dm: false },
        },
        /does not receive/,
      ],
      [
        'a recipient who is not there',
        { '1001': { ...bot, access: 'read-write-directmessages' as const } },
        /does not let/,
      ],
    ])('tells of %s', async (_name, users, words) => {
      await x.settings({ users });
      expect(await dm.probe?.(signal)).toMatchObject({ ok: false, detail: expect.stringMatching(words) });
    });
  });
});
