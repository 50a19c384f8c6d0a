import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from '../../../tests/contracts/mood.ts';
import { attemptAt, channelPorts } from '../../../tests/peers/channel-ports.ts';
import { mqtt } from './mqtt.ts';

/** Bytes of MQTT 5.0: a CONNACK that takes us, and the first byte of a PUBLISH. */
const connack = Buffer.from([0x20, 0x03, 0x00, 0x00, 0x00]);
const publish = 0x30;

it.each([
  [0x95, { type: 'failed', reason: 'tooLong' }],
  [0x9a, { type: 'failed', reason: 'rejected' }],
  [0x9b, { type: 'failed', reason: 'rejected' }],
  [0x87, { type: 'failed', reason: 'auth' }],
  [0x97, { type: 'retry', reason: 'rateLimited' }],
  [0x8b, { type: 'unknown', detail: 'the broker ended the connection (reason code 139)' }],
])('understands a DISCONNECT of reason %i in place of the PUBACK', async (code, expected) => {
  const broker = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const isPublish = ((bytes[0] ?? 0) & 0xf0) === publish;
      if (isPublish) socket.end(Buffer.from([0xe0, 0x02, code, 0x00]));
      else socket.write(connack);
    });
  });
  const port = await listen(broker, 'good');
  const ports = await channelPorts('https://x.test');
  const channel = await mqtt.open(mqtt.options.parse({ server: `mqtt://127.0.0.1:${port}` }), ports);
  expect(await channel.send(attemptAt('text'))).toMatchObject(expected);
  await channel.close();
  broker.close();
  await ports.remove();
});
