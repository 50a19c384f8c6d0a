import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import { instant } from '../../model/time.ts';
import type { Attempt } from '../contract.ts';
import { webhook } from './webhook.ts';

interface Request {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('webhook', () => {
  let server: Server;
  let url: string;
  let ports: TestPorts;
  let requests: Request[];
  let reply: (response: ServerResponse, request: IncomingMessage) => void;
  const now = instant(1_900_000_000_123);

  beforeEach(async () => {
    const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
    ports = await channelPorts('https://x.test', { http, now: () => now });
    requests = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        requests.push({ method: request.method ?? '', headers: request.headers, body });
        reply(response, request);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`;
    reply = (response) => response.writeHead(204).end();
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await ports.remove();
  });

  const send = async (options: object = {}, attempt: Attempt = attemptAt('text')): Promise<Delivery> => {
    const channel = await webhook.open(webhook.options.parse({ url, timeout: '5s', ...options }), ports);
    const delivery = await channel.send(attempt);
    await channel.close();
    return delivery;
  };
  const secretFile = (text = 'k3y\n', mode = 0o600): string => {
    const path = join(ports.stateDirectory, 'hook.key');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('tries again what was stopped before the request was written', async () => {
    const attempt = attemptAt('text', { signal: AbortSignal.abort() });
    expect(await send({ 'secret-file': secretFile() }, attempt)).toMatchObject({ type: 'retry' });
    const stop = new AbortController();
    const sending = send({ 'secret-file': secretFile() }, attemptAt('text', { signal: stop.signal }));
    stop.abort();
    expect(await sending).toMatchObject({ type: 'retry' });
    expect(requests).toEqual([]);
  });

  it('posts the alert as JSON under a key of its own for each part', async () => {
    const attempt = attemptAt(['one', 'zwei 🐦'], { part: 1 });
    expect(await send({}, attempt)).toEqual({ type: 'sent', receipt: 'HTTP 204' });
    await send({}, { ...attempt, attempt: 2 });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': '7ZK3M9QX2A-phone-2' },
    });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      ...attempt.message.payload,
      message: {
        title: 'SSH brute force',
        text: 'zwei 🐦',
        part: 2,
        parts: 2,
        idempotencyKey: '7ZK3M9QX2A-phone-2',
      },
    });
    expect(requests[1]?.body).toBe(requests[0]?.body);
    expect(requests[1]?.headers['idempotency-key']).toBe(requests[0]?.headers['idempotency-key']);
  });

  it('signs time and body', async () => {
    await send({ 'secret-file': secretFile() });
    const { headers = {}, body = '' } = requests[0] ?? {};
    const hex = createHmac('sha256', 'k3y').update(`1900000000.${body}`).digest('hex');
    expect(headers['bird-signature']).toBe(`t=1900000000,v1=${hex}`);
  });

  it('sends headers and the token, and keeps its own', async () => {
    await send({
      headers: { 'X-Team': 'ops', 'Content-Type': 'text/plain' },
      'token-file': secretFile('t0ken'),
    });
    expect(requests[0]?.headers).toMatchObject({
      'x-team': 'ops',
      'content-type': 'application/json',
      authorization: 'Bearer t0ken',
    });
  });

  it.each(['t0ken\nX-Injected: b', 't0ken of two', 'tökén🐦'])(
    'waits for a human while %j stands for the token',
    async (text) => {
      const delivery = await send({ 'token-file': secretFile(text) });
      expect(delivery).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(JSON.stringify(delivery)).not.toMatch(/t0ken|tökén/);
      expect(requests).toEqual([]);
    },
  );

  it('waits for its first request where that may still be at work', async () => {
    reply = (response) => response.writeHead(409).end();
    expect(await send({}, attemptAt('text', { mayHaveArrived: true }))).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
    });
    expect(await send()).toMatchObject({ type: 'failed', reason: 'rejected' });
  });

  it('sends nothing while it cannot sign', async () => {
    for (const path of [secretFile('k3y', 0o644), join(ports.stateDirectory, 'none')]) {
      const delivery = await send({ 'secret-file': path });
      expect(delivery).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(JSON.stringify(delivery)).not.toContain('k3y');
    }
    expect(requests).toEqual([]);
  });

  it.each<[number, { [name: string]: string }, object]>([
    [200, {}, { type: 'sent' }],
    [299, {}, { type: 'sent' }],
    [301, { location: '/elsewhere' }, { type: 'failed', reason: 'rejected' }],
    [400, {}, { type: 'failed', reason: 'rejected' }],
    [401, {}, { type: 'failed', reason: 'auth' }],
    [404, {}, { type: 'failed', reason: 'rejected' }],
    [408, {}, { type: 'retry', reason: 'unavailable' }],
    [413, {}, { type: 'failed', reason: 'tooLong' }],
    [429, { 'retry-after': '17' }, { type: 'retry', reason: 'rateLimited', afterMs: 17_000 }],
    [429, {}, { type: 'retry', reason: 'rateLimited' }],
    [500, {}, { type: 'retry', reason: 'unavailable' }],
    [503, { 'retry-after': new Date(now + 60_000).toUTCString() }, { type: 'retry', afterMs: 59_877 }],
    [503, { 'retry-after': '99999999' }, { type: 'retry', afterMs: 86_400_000 }],
    [503, { 'retry-after': 'soon' }, { type: 'retry', reason: 'unavailable' }],
  ])('takes %i %j as %j', async (status, headers, expected) => {
    reply = (response) => response.writeHead(status, headers).end('s3cret of theirs');
    const delivery = await send();
    expect(delivery).toMatchObject(expected);
    expect(JSON.stringify(delivery)).not.toContain('s3cret');
    expect(requests).toHaveLength(1);
  });

  it('does not know the outcome of a break or of silence', async () => {
    reply = (_response, request) => request.socket.resetAndDestroy();
    expect(await send()).toMatchObject({ type: 'unknown' });
    reply = () => undefined;
    expect(await send({ timeout: '200ms' })).toMatchObject({
      type: 'unknown',
      detail: 'no answer within 200 ms',
    });
  });

  it('tries again where nothing listens', async () => {
    expect(await send({ url: 'http://127.0.0.1:9/hook/t0ken' })).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
    });
  });

  it.each([
    { url: 'ftp://host/' },
    { url: 'host' },
    { url: 'https://bob:s3cret@host/' },
    { url: 'https://t0ken@host' },
    { url: 'https://host/', timeout: 'soon' },
    { url: 'https://host/', timeout: '0s' },
    { url: 'https://host/', timeout: '1h' },
    { url: 'https://host/', headers: { 'bad name': 'x' } },
    { url: 'https://host/', headers: { name: 'a\r\nInjected: b' } },
    { url: 'https://host/', headers: { 'Transfer-Encoding': 'chunked' } },
    { url: 'https://host/', headers: { expect: '100-continue' } },
    { url: 'https://host/', secret: 'k3y' },
    {},
  ])('refuses the options %j', (options) => {
    expect(webhook.options.safeParse(options).success).toBe(false);
  });
});
