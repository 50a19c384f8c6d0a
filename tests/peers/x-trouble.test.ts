import { describe, expect, it } from 'vitest';
import { attemptAt, logIn } from './channel-ports.ts';
import { named, obstacle, setScene } from './x-scene.ts';
import type { Fault } from './x-standin.ts';

const dms = '/2/dm_conversations';

describe.skipIf(obstacle !== undefined)(named('trouble on the way to a stand-in of X'), () => {
  const scene = setScene();

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
      const words = scene.fresh();
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.x.plan([{ ...fault, path: dms }]);
      expect((await scene.dm.send(attemptAt(words))).type).toBe(expected);
      expect((await scene.sentTexts()).includes(words)).toBe(arrives === 'arrives');
      await scene.x.plan([]);
      expect((await scene.dm.send(attemptAt(scene.fresh()))).type).toBe('sent');
    });

    it('an abort before the request was written means that nothing was done', async () => {
      const words = scene.fresh();
      const attempt = attemptAt(words, { signal: AbortSignal.abort() });
      expect(await scene.dm.send(attempt)).toMatchObject({ type: 'retry' });
      const byName = await scene.open('@night_admin');
      expect(await byName.send(attempt)).toMatchObject({ type: 'retry' });
      await byName.close();
      expect(await scene.sentTexts()).not.toContain(words);
    });

    it.each(['hang', 'longer'] as const)('%s ends with the abort', async (fault) => {
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.x.plan([{ path: dms, fault }]);
      const words = scene.fresh();
      const stop = new AbortController();
      const sending = scene.dm.send(attemptAt(words, { signal: stop.signal }));
      await expect.poll(() => scene.sentTexts()).toContain(words);
      stop.abort();
      expect((await sending).type).toMatch(fault === 'hang' ? /^unknown$/ : /^(?:unknown|sent)$/);
    });

    it('nothing listens', async () => {
      const channel = await scene.open('2002', {
        accounts: new Map([['bot', { name: 'bot', api: 'https://127.0.0.1:9' }]]),
      });
      await logIn(scene.ports, 'https://127.0.0.1:9');
      expect(await channel.send(attemptAt(scene.fresh()))).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
      });
      await channel.close();
    });

    it('an authority that is not known here', async () => {
      const channel = await scene.open('2002', {
        http: { proxy: { url: 'http://127.0.0.1:9', noProxy: ['localhost'] } },
      });
      const words = scene.fresh();
      const delivery = await channel.send(attemptAt(words));
      expect(delivery).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
        detail: expect.stringMatching(/certificate/),
      });
      expect(await scene.sentTexts()).not.toContain(words);
      await channel.close();
    });
  });

  describe('the clock', () => {
    const clockRefusals = async (): Promise<number> =>
      (await scene.x.seen()).filter(({ status }) => status === 401).length;

    it.each([3600, -3600])('signs again, once, when X’s is %i s away, and remembers', async (clock) => {
      await scene.x.settings({ clock });
      const before = await clockRefusals();
      expect((await scene.dm.send(attemptAt(scene.fresh()))).type).toBe('sent');
      expect((await scene.dm.send(attemptAt(scene.fresh()))).type).toBe('sent');
      expect((await clockRefusals()) - before).toBe(1);
    });

    it('gives up when the second signature is refused as well', async () => {
      const body = { errors: [{ code: 135, message: 'Timestamp out of bounds.' }] };
      await scene.dm.send(attemptAt(scene.fresh()));
      await scene.x.plan([{ path: dms, before: true, times: 5, fault: 'answer', status: 401, body }]);
      expect(await scene.dm.send(attemptAt(scene.fresh()))).toMatchObject({ type: 'retry', reason: 'auth' });
      await scene.x.plan([]);
    });
  });
});
