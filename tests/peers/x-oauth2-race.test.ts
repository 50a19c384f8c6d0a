import { afterEach, describe, expect, it } from 'vitest';
import { renewalSteps } from '../../src/channels/x/grant.ts';
import { instant } from '../../src/model/time.ts';
import { writeCredentials } from '../../src/channels/x/tokens.ts';
import { size } from '../size.ts';
import { grantOf, grantTo, renewals, type Sender, startSender } from './x-oauth2-scene.ts';
import { named, obstacle, setScene } from './x-scene.ts';

const processes = size('X_PROCESSES', 12, 40);
const rounds = size('X_ROUNDS', 2, 25);

describe.skipIf(obstacle !== undefined)(named('one login of X for many processes'), () => {
  const scene = setScene();
  const senders: Sender[] = [];
  const start = async (fatal?: string): Promise<Sender> => {
    const sender = await startSender(scene.ports, scene.x, fatal);
    senders.push(sender);
    return sender;
  };
  afterEach(async () => {
    await Promise.all(senders.splice(0).map((sender) => sender.end()));
  });

  it(
    `is renewed once in each round by ${processes} processes that all need it, and none is logged out`,
    { timeout: 60_000 + processes * rounds * 2000 },
    async () => {
      await grantTo(scene.ports, scene.x);
      const all = await Promise.all(Array.from({ length: processes }, () => start()));
      for (let round = 1; round <= rounds; round += 1) {
        const before = await renewals(scene.x);
        const grant = await grantOf(scene.ports);
        await scene.x.endTokens();
        await writeCredentials(scene.ports.stateDirectory, 'bot', { ...grant, expiresAt: instant(0) });
        const sent = await Promise.all(all.map((sender) => sender.send(scene.fresh())));
        expect(sent.map((delivery) => delivery?.type)).toEqual(all.map(() => 'sent'));
        expect(await renewals(scene.x)).toEqual({ asked: before.asked + 1, given: before.given + 1 });
      }
    },
  );

  it.each(renewalSteps.filter((step) => step !== 'asked'))(
    'is not lost when a process is killed at "%s"',
    { timeout: 60_000 },
    async (step) => {
      await grantTo(scene.ports, scene.x, { seconds: -1 });
      expect(await (await start(step)).send(scene.fresh())).toBeUndefined();
      expect(await (await start()).send(scene.fresh())).toMatchObject({ type: 'sent' });
      expect(await grantOf(scene.ports)).not.toHaveProperty('renewingSince');
    },
  );

  it(
    'is lost when a process is killed between the answer and the disk, which is said',
    {
      timeout: 60_000,
    },
    async () => {
      await grantTo(scene.ports, scene.x, { seconds: -1 });
      expect(await (await start('asked')).send(scene.fresh())).toBeUndefined();
      const sender = await start();
      for (let i = 0; i < 2; i += 1) {
        expect(await sender.send(scene.fresh())).toMatchObject({
          type: 'retry',
          reason: 'auth',
          detail: expect.stringMatching(/cut off, and may have spent it: run auth login x --oauth2/),
        });
      }
      await grantTo(scene.ports, scene.x);
      expect(await sender.send(scene.fresh())).toMatchObject({ type: 'sent' });
    },
  );
});
