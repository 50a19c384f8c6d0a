import { expect, test } from 'vitest';
import { attemptsOf, raiseAt, rulesOf, channelOf } from '../../tests/property/alerting-samples.ts';
import { messageOf } from '../../tests/peers/channel-ports.ts';
import { createAlerting } from '../alerting/alerting.ts';
import { createDeliveries, type Settlement } from './deliveries.ts';

test('once the end began no channel is asked, and it is said that nothing was tried', async () => {
  const [notification] = attemptsOf(
    createAlerting(rulesOf({ channels: [channelOf('phone')] })).step(raiseAt(0)),
  );
  if (notification === undefined) throw new Error('no attempt');
  const asked: string[] = [];
  const settled: Settlement[] = [];
  const deliveries = createDeliveries(
    async (channel) => {
      asked.push(channel);
      return { type: 'sent' };
    },
    (settlement) => void settled.push(settlement),
    () => undefined,
  );
  await deliveries.finish(0);
  deliveries.carryOut({ notification, mayHaveArrived: false }, messageOf(['text']));
  await deliveries.finish(0);
  expect(asked).toEqual([]);
  expect(settled).toMatchObject([{ notification: notification.id, delivery: { type: 'notTried' } }]);
});
