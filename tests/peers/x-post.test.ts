import { describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { xPost } from '../../src/channels/x/post.ts';
import { after, instant, millis } from '../../src/model/time.ts';
import { attemptAt } from './channel-ports.ts';
import { named, obstacle, setScene } from './x-scene.ts';

describe.skipIf(obstacle !== undefined)(named('posts at a stand-in of X'), () => {
  const scene = setScene();

  const openPost = (unprotected: 'refuse' | 'allow', now = scene.ports.now): Promise<Channel> =>
    xPost.open({ account: 'bot', unprotected }, { ...scene.ports, now });
  const users = (isProtected: boolean) => ({
    '1001': { id: '1001', username: 'sentinel_bot', protected: isProtected, access: 'read-write' as const },
  });

  it('posts on a protected account, having asked once', async () => {
    const post = await openPost('refuse');
    const words = scene.fresh();
    const before = (await scene.x.seen()).length;
    expect(await post.send(attemptAt(words))).toMatchObject({
      type: 'sent',
      receipt: expect.stringMatching(/^\d+$/),
    });
    expect((await post.send(attemptAt(scene.fresh()))).type).toBe('sent');
    expect((await scene.x.seen()).slice(before).map(({ path }) => path.split('?')[0])).toEqual([
      '/2/users/me',
      '/2/tweets',
      '/2/tweets',
    ]);
    expect((await scene.x.sent()).map((sent) => sent.text)).toContain(words);
    await post.close();
  });

  it('refuses an account that everybody can read, until it is protected', async () => {
    await scene.x.settings({ users: users(false) });
    let now = instant(Date.now());
    const post = await openPost('refuse', () => now);
    const words = scene.fresh();
    expect(await post.send(attemptAt(words))).toMatchObject({
      type: 'failed',
      reason: 'rejected',
      detail: expect.stringContaining('unprotected: allow'),
    });
    expect(await scene.sentTexts()).not.toContain(words);
    await scene.x.settings({ users: users(true) });
    now = after(now, millis(6 * 60_000));
    // The stand-in takes signatures of five minutes around its own time.
    await scene.x.settings({ clock: 360 });
    expect((await post.send(attemptAt(words))).type).toBe('sent');
    await post.close();
  });

  it('does not ask where it is allowed', async () => {
    await scene.x.settings({ users: users(false) });
    const post = await openPost('allow');
    expect((await post.send(attemptAt(scene.fresh()))).type).toBe('sent');
    await post.close();
  });

  it('takes "duplicate" for success only after an unknown outcome, and it is there once', async () => {
    const post = await openPost('allow');
    const words = scene.fresh();
    await scene.x.plan([{ path: '/2/tweets', fault: 'reset' }]);
    expect((await post.send(attemptAt(words))).type).toBe('unknown');
    expect(await post.send(attemptAt(words))).toMatchObject({ type: 'failed', reason: 'rejected' });
    expect(await post.send(attemptAt(words, { mayHaveArrived: true }))).toMatchObject({
      type: 'sent',
      receipt: 'duplicate',
    });
    expect((await scene.sentTexts()).filter((text) => text === words)).toHaveLength(1);
    await post.close();
  });
});
