import { describe, expect, it } from 'vitest';
import { attemptAt } from './channel-ports.ts';
import { named, obstacle, setScene } from './x-scene.ts';
import type { Fault } from './x-standin.ts';

const dms = '/2/dm_conversations';
const quarterHour = 15 * 60_000;

describe.skipIf(obstacle !== undefined)(named('direct messages at a stand-in of X'), () => {
  const scene = setScene();

  it('sends a direct message that the stand-in finds well signed', async () => {
    const words = `${scene.fresh()}: 100% of "a+b" & c=d; ünïcödé 🐦 ~!*'()`;
    const delivery = await scene.dm.send(attemptAt(words));
    expect(delivery).toMatchObject({ type: 'sent', receipt: expect.stringMatching(/^\d+$/) });
    expect((await scene.x.sent()).at(-1)).toMatchObject({
      kind: 'dm',
      from: '1001',
      to: '2002',
      text: words,
    });
  });

  it('learns the limits in passing', async () => {
    const delivery = await scene.dm.send(attemptAt(scene.fresh()));
    expect(delivery).toMatchObject({ limits: [{ window: quarterHour, limit: 100_000 }] });
  });

  it('sends the part that is asked for', async () => {
    const [one, two] = [scene.fresh(), scene.fresh()];
    await scene.dm.send(attemptAt([one, two], { part: 1 }));
    expect((await scene.x.sent()).at(-1)?.text).toBe(two);
    expect(await scene.sentTexts()).not.toContain(one);
  });

  describe('recipients', () => {
    const lookups = async (): Promise<number> =>
      (await scene.x.seen()).filter(({ path }) => path.includes('/by/username/')).length;

    it('looks a name up once, and not again after a restart', async () => {
      const before = await lookups();
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.dm.send(attemptAt(scene.fresh()));
      const again = await scene.open('@Night_Admin');
      await again.send(attemptAt(scene.fresh()));
      await again.close();
      expect((await lookups()) - before).toBe(1);
    });

    it.each([
      ['2002', '2002'],
      ['@me', '1001'],
    ])('writes to %s without looking anybody up', async (to, id) => {
      const before = await lookups();
      const channel = await scene.open(to);
      expect(await channel.send(attemptAt(scene.fresh()))).toMatchObject({ type: 'sent' });
      await channel.close();
      expect((await scene.x.sent()).at(-1)?.to).toBe(id);
      expect(await lookups()).toBe(before);
    });

    it('fails for a name nobody has, and for somebody who takes no messages', async () => {
      const nobody = await scene.open('@nobody_at_all');
      expect(await nobody.send(attemptAt(scene.fresh()))).toMatchObject({
        type: 'failed',
        reason: 'recipient',
      });
      const closed = await scene.open('3003');
      expect(await closed.send(attemptAt(scene.fresh()))).toMatchObject({
        type: 'failed',
        reason: 'recipient',
      });
      await Promise.all([nobody.close(), closed.close()]);
    });

    it('asks again later when the look-up gave nothing clear: nothing was sent', async () => {
      for (const fault of ['reset', 'empty', 'garbage'] as const) {
        await scene.x.plan([{ path: '/by/username/', fault, before: fault !== 'empty' }]);
        const channel = await scene.open(`@night_admin`, { stateDirectory: '/nonexistent' });
        expect(await channel.send(attemptAt(scene.fresh()))).toMatchObject({ type: 'retry' });
        await channel.close();
        await scene.x.plan([]);
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
        { type: 'retry', reason: 'auth' },
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
      const words = scene.fresh();
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.x.plan([fault()]);
      expect(await scene.dm.send(attemptAt(words))).toMatchObject(expected);
      expect(await scene.sentTexts()).not.toContain(words);
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
      await scene.x.plan([refusal(429, { title: 'Too Many Requests' }, headers)]);
      const delivery = await scene.dm.send(attemptAt(scene.fresh()));
      expect(delivery).toMatchObject({ type: 'retry', reason: 'rateLimited' });
      const wait = delivery.type === 'retry' ? (delivery.afterMs ?? 0) : 0;
      expect(Math.abs(wait - seconds * 1000)).toBeLessThan(3000);
    });

    it('says when the stand-in’s own limit of 15 is used up', async () => {
      await scene.x.settings({ limits: { dm: 15, users: 100 } });
      const kinds: string[] = [];
      for (let n = 0; n < 16; n += 1) kinds.push((await scene.dm.send(attemptAt(scene.fresh()))).type);
      await scene.x.settings({ limits: { dm: 100_000, post: 100_000, users: 100_000 } });
      expect(kinds).toEqual([...Array.from({ length: 15 }, () => 'sent'), 'retry']);
    });
  });
});
