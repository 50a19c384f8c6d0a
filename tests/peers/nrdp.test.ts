import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { nrdp } from '../../src/channels/nrdp/nrdp.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { hostileTexts } from './hostile-texts.ts';
import { secretFile } from './real-daemon.ts';

/**
 * What NRDP 2 does with a POST by its source (NagiosEnterprises/nrdp, server/): always status 200; `status` 0 or
 * -1, a message in capitals, and what was done in `meta`.
 */
interface Nrdp {
  readonly url: string;
  readonly results: { readonly [member: string]: unknown }[];
  /** What it says to the next request instead, in JSON or in a piece of it. */
  readonly next: { readonly text: string; readonly breaksOff?: true }[];
  stop(): void;
}

async function startNrdp(): Promise<Nrdp> {
  const results: { readonly [member: string]: unknown }[] = [];
  const next: Nrdp['next'] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      const { text, breaksOff } = next.shift() ?? {};
      if (text !== undefined && breaksOff === true)
        return void response.write(text, () => request.socket.end());
      if (text !== undefined) return void response.end(text);
      const form = new URLSearchParams(body);
      const say = (status: number, message: string, meta = {}): void =>
        void response.end(JSON.stringify({ result: { status, message, ...meta } }));
      if (form.get('cmd') === 'hello') return say(0, 'OK', { product: 'NRDP', version: '2.0.5' });
      if ((form.get('token') ?? '') === '') return say(-1, 'NO TOKEN');
      if (form.get('token') !== 'right token') return say(-1, `BAD TOKEN ${form.get('token') ?? ''}`);
      const { checkresults } = JSON.parse(form.get('json') ?? '') as { checkresults: typeof results };
      results.push(...checkresults);
      return say(0, 'OK', { meta: { output: `${checkresults.length} checks processed` } });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/nrdp/`, results, next, stop };
}

let ports: TestPorts;
let server: Nrdp;
beforeEach(async () => {
  ports = await channelPorts('https://x.test', {
    http: { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } },
  });
  server = await startNrdp();
});
afterEach(async () => {
  server.stop();
  await ports.remove();
});

const open = (token: string, more: object = {}): Promise<Channel> =>
  nrdp.open(
    nrdp.options.parse({
      url: server.url,
      'token-file': secretFile(ports.stateDirectory, 'token', token),
      host: 'web1',
      service: 'app-log',
      ...more,
    }),
    ports,
  );

test('hands over a result of a service, and one of a host', async () => {
  const channel = await open('right token', { 'performance-data': 'events={{ count }}' });
  expect(await channel.send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: '1 checks processed' });
  await (await open('right token', { service: undefined })).send(attemptAt('down'));
  expect(server.results).toEqual([
    {
      checkresult: { type: 'service', checktype: '1' },
      hostname: 'web1',
      servicename: 'app-log',
      state: '2',
      output: 'disk full|events=5',
    },
    { checkresult: { type: 'host', checktype: '1' }, hostname: 'web1', state: '1', output: 'down' },
  ]);
});

test('keeps the backslashes of a log, of which Nagios would make newlines', async () => {
  await (await open('right token')).send(attemptAt(String.raw`C:\new failed`));
  expect(server.results).toEqual([expect.objectContaining({ output: String.raw`C:\\new failed` })]);
});

test.each(hostileTexts)('hands over %s in the log as one text', async (_what, text) => {
  expect(await (await open('right token')).send(attemptAt(text))).toMatchObject({ type: 'sent' });
  expect(server.results).toEqual([
    expect.objectContaining({ output: expect.stringMatching(/^[^|\u0000-\u0008\u000b-\u001f]+$/u) }),
  ]);
  expect(Buffer.byteLength(String(server.results[0]?.['output']))).toBeLessThanOrEqual(4096);
});

test('tells a wrong token without repeating it, though the server does', async () => {
  const refused = await (await open('wrong token')).send(attemptAt('x'));
  expect(refused).toMatchObject({
    type: 'failed',
    reason: 'auth',
    detail: expect.stringContaining('BAD TOKEN'),
  });
  expect(JSON.stringify(refused)).not.toContain('wrong token');
  expect(server.results).toEqual([]);
});

test.each([
  ['NO CHECK RESULTS DIR', { type: 'retry', reason: 'unavailable' }],
  ['BAD CHECK RESULTS DIR', { type: 'retry', reason: 'unavailable' }],
  ['BAD_USER', { type: 'failed', reason: 'auth' }],
  ['NOT AUTHENTICATED', { type: 'failed', reason: 'auth' }],
  ['HTTPS REQUIRED', { type: 'failed', reason: 'auth' }],
  ['BAD JSON', { type: 'failed', reason: 'rejected' }],
])('knows what its source means by %s', async (message, expected) => {
  server.next.push({ text: JSON.stringify({ result: { status: -1, message } }) });
  expect(await (await open('right token')).send(attemptAt('x'))).toMatchObject(expected);
});

test('does not know what an answer would have said that breaks off', async () => {
  server.next.push({ text: '{"result":{"st', breaksOff: true });
  expect(await (await open('right token')).send(attemptAt('x'))).toMatchObject({ type: 'unknown' });
});

test('says hello to a probe, and is tried again when it is gone', async () => {
  const channel = await open('right token');
  expect(await channel.probe?.(new AbortController().signal)).toMatchObject({ ok: true });
  server.stop();
  expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
});
