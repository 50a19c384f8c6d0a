import { describe, expect, it } from 'vitest';
import { xDm } from '../../src/channels/x/dm.ts';
import { attemptAt, channelPorts, logIn } from './channel-ports.ts';
import { named, obstacle, setScene } from './x-scene.ts';
import { standinKeys } from './x-standin.ts';

describe.skipIf(obstacle !== undefined)(named('an account at a stand-in of X'), () => {
  const scene = setScene();

  describe('credentials', () => {
    it('are asked for when nobody logged in, and taken as soon as somebody did', async () => {
      const other = await channelPorts(scene.x.url, { http: scene.ports.http });
      const channel = await xDm.open({ account: 'bot', to: '2002' }, other);
      const delivery = await channel.send(attemptAt(scene.fresh()));
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'auth',
        detail: expect.stringContaining('auth login x'),
      });
      await logIn(other, scene.x.url);
      expect((await channel.send(attemptAt(scene.fresh()))).type).toBe('sent');
      await channel.close();
      await other.remove();
    });

    it('are kept when X refuses them', async () => {
      await logIn(scene.ports, scene.x.url, { tokenSecret: 'wrong' });
      expect(await scene.dm.send(attemptAt(scene.fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      await logIn(scene.ports, scene.x.url);
      expect((await scene.dm.send(attemptAt(scene.fresh()))).type).toBe('sent');
    });

    it('are not sent to another API than the one that gave them', async () => {
      const before = (await scene.x.seen()).length;
      await logIn(scene.ports, 'https://elsewhere.test');
      expect(await scene.dm.send(attemptAt(scene.fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(await scene.x.seen()).toHaveLength(before);
    });

    it('are in no answer, even if X repeats the whole request', async () => {
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.x.plan([{ fault: 'echo', before: true, times: 3 }]);
      const delivery = JSON.stringify(await scene.dm.send(attemptAt(scene.fresh())));
      expect(delivery).toContain('OAuth oauth_consumer_key');
      for (const key of Object.values(standinKeys)) expect(delivery).not.toContain(key);
    });
  });

  describe('probe', () => {
    const signal = new AbortController().signal;
    const bot = { id: '1001', username: 'sentinel_bot', protected: true };
    const admin = { id: '2002', username: 'night_admin' };

    it('says who may write to whom, without writing', async () => {
      const before = await scene.x.sent();
      const users = {
        '1001': { ...bot, access: 'read-write-directmessages' as const },
        '2002': { ...admin, receives_your_dm: true },
      };
      await scene.x.settings({ users });
      expect(await scene.dm.probe?.(signal)).toEqual({
        ok: true,
        detail: '@sentinel_bot may write to @night_admin',
      });
      expect(await scene.x.sent()).toEqual(before);
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
      await scene.x.settings({ users });
      expect(await scene.dm.probe?.(signal)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(words),
      });
    });
  });
});
