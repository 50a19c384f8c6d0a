import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attemptAt, channelPorts } from '../../../tests/peers/channel-ports.ts';
import { openStandin } from '../../../tests/peers/chat-standin.ts';
import { icinga2 } from './icinga2.ts';

it.each([
  [200, 200, { type: 'sent' }],
  [403, 403, { type: 'failed', reason: 'rejected' }],
  [200, 409, { type: 'failed', reason: 'rejected' }],
  [500, 500, { type: 'retry', reason: 'unavailable' }],
  [503, 503, { type: 'retry', reason: 'unavailable' }],
])('status %i, and %i of the object', async (status, code, expected) => {
  const body = { results: [{ code, status: 'words' }] };
  const api = await openStandin(() => ({ status, body }));
  const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
  const ports = await channelPorts('https://x.test', { http });
  const file = join(ports.stateDirectory, 'icinga.pw');
  writeFileSync(file, 'right one', { mode: 0o600 });
  const options = { url: api.url, user: 'bird', 'password-file': file, host: 'web1' };
  const channel = await icinga2.open(icinga2.options.parse(options), ports);
  expect(await channel.send(attemptAt('text'))).toMatchObject(expected);
  await channel.close();
  api.stop();
  await ports.remove();
});
