import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelKind } from '../../src/channels/contract.ts';
import { gammu } from '../../src/channels/gammu/gammu.ts';
import { smsHttp } from '../../src/channels/sms-http/sms-http.ts';
import { smstools } from '../../src/channels/smstools/smstools.ts';
import { smsShape } from '../../src/render/sms-text.ts';
import { splitText } from '../../src/render/split.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import {
  startGammu,
  startKannel,
  startSmstools,
  type SmsPeer,
  whyNoGammu,
  whyNoKannel,
  whyNoSmstools,
} from './sms-peers.ts';

const patience = 60_000;
const direct = { http: { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } } };

let ports: TestPorts;
let peer: SmsPeer | undefined;
let channel: Channel | undefined;
beforeEach(async () => {
  ports = await channelPorts('https://x.test', direct);
});
afterEach(async () => {
  await channel?.close();
  await peer?.stop();
  peer = undefined;
  await ports.remove();
});

/** Texts that a log may bring, as parts of one message each. */
const texts = [
  'CRITICAL: disk full\n[#a1b2c3] web1 10:00:06\n/var is 100% & rising; $(id) `id` {text}',
  'key=value&to=+4900 ?#/ @£$ {[~]}|\\^€',
  'Grüße 日本 🐦 «ça»',
  'To: 4900\n\nAT+CMGS=1\n\u001a.',
  'x'.repeat(160),
  '日'.repeat(70),
];

async function open<Options>(kind: ChannelKind<Options>, options: object): Promise<Channel> {
  channel = await kind.open(kind.options.parse(options), ports);
  return channel;
}

/** What the shape makes of texts, one after the other, reaches the phone as it is. */
async function arrives(by: Channel, from: SmsPeer, to: string): Promise<void> {
  const shape = smsShape({ maxSegments: 1, transliterate: false });
  const parts = texts.flatMap((text) => splitText(shape.neutralise(text), shape));
  for (const text of parts) {
    const attempt = attemptAt(text);
    const message = { ...attempt.message, idempotencyKey: `key-${parts.indexOf(text)}` };
    expect(await by.send({ ...attempt, message })).toMatchObject({ type: 'sent' });
  }
  await eventually(() => from.sent().length >= parts.length, 'all SMS', patience);
  expect(
    from
      .sent()
      .map(({ text }) => text)
      .toSorted(),
  ).toEqual(parts.toSorted());
  expect(new Set(from.sent().map((sms) => sms.to))).toEqual(new Set([to]));
}

const noGammu = whyNoGammu();
if (noGammu !== undefined) console.warn(`skipped: ${noGammu}`);

describe.skipIf(noGammu !== undefined)('the real gammu-smsd', { timeout: 180_000 }, () => {
  test('sends each as one SMS, its text as it is', async () => {
    peer = await startGammu();
    const by = await open(gammu, { to: '+15550100', 'config-file': join(peer.dir, 'smsdrc') });
    await arrives(by, peer, '+15550100');
  });

  test('its command says when there is no queue', async () => {
    const by = await open(gammu, { to: '+15550100', 'config-file': join(ports.stateDirectory, 'none') });
    expect(await by.send(attemptAt('text'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});

const noSmstools = whyNoSmstools();
if (noSmstools !== undefined) console.warn(`skipped: ${noSmstools}`);

describe.skipIf(noSmstools !== undefined)('the real SMS Server Tools', { timeout: 180_000 }, () => {
  test('sends each as one SMS, its text as it is', async () => {
    peer = await startSmstools();
    const by = await open(smstools, { to: '+15550100', spool: join(peer.dir, 'outgoing') });
    await arrives(by, peer, '+15550100');
    expect(readdirSync(join(peer.dir, 'failed'))).toEqual([]);
  });
});

const noKannel = whyNoKannel();
if (noKannel !== undefined) console.warn(`skipped: ${noKannel}`);

describe.skipIf(noKannel !== undefined)('the real Kannel', { timeout: 180_000 }, () => {
  const gateway = {
    method: 'GET',
    to: '+15550100',
    parameters: { username: 'app', password: 'apppw', to: '{to}', text: '{text}', charset: 'UTF-8' },
    'unicode-parameters': { coding: '2' },
    accepted: ':',
  };

  test('takes each as one SMS, its text as it is', async () => {
    const kannel = await startKannel();
    peer = kannel;
    await arrives(await open(smsHttp, { ...gateway, url: kannel.url }), kannel, '+15550100');
  });

  test('says why it does not take one', async () => {
    const kannel = await startKannel();
    peer = kannel;
    const refused = async (parameters: object): Promise<object> => {
      const by = await open(smsHttp, { ...gateway, url: kannel.url, parameters });
      return by.send(attemptAt('text'));
    };
    const { password: _password, ...noPassword } = gateway.parameters;
    expect(await refused({ ...noPassword, password: 'wrong' })).toMatchObject({
      type: 'failed',
      reason: 'auth',
    });
    const { to: _to, ...nobody } = gateway.parameters;
    expect(await refused(nobody)).toMatchObject({ type: 'failed', reason: 'rejected' });
    expect(kannel.sent()).toEqual([]);
  });
});
