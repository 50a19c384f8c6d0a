import { expect, test } from 'vitest';
import { channelPorts } from '../../tests/peers/channel-ports.ts';
import { email } from '../channels/email/email.ts';
import type { ChannelConfig } from '../config/config.ts';
import type { Expiry } from '../model/delivery.ts';
import { instant, millis } from '../model/time.ts';
import { createExpiryWatch } from './expiry-watch.ts';

const channelOf = (name: string, expiries: () => Promise<readonly Expiry[]>): ChannelConfig => ({
  name,
  kind: { ...email, expiries },
  options: {},
  budgets: [],
  resolved: false,
});

test('a kind that breaks is said, and hides nothing that the others find', async () => {
  const ports = await channelPorts('https://x.test');
  const expiry = { what: 'the certificate', at: instant(0) };
  const said: unknown[] = [];
  const both = new Promise<void>((resolve) => {
    const watch = createExpiryWatch({
      portsFor: () => ports,
      found: (channel, expiries) => {
        said.push([channel, expiries]);
        watch.stop();
        resolve();
      },
      broke: (channel, error) => said.push([channel, String(error)]),
    });
    const bad = channelOf('bad', async () => Promise.reject(new Error('a bug')));
    const good = channelOf('good', async () => [expiry]);
    watch.follow({ channels: [bad, good], expiryAhead: millis(1000) });
  });
  await both;
  await ports.remove();
  expect(said).toEqual([
    ['bad', 'Error: a bug'],
    ['good', [expiry]],
  ]);
});
