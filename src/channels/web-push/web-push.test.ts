import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../../tests/contracts/mood.ts';
import { openBrowser, type Browser } from '../../../tests/peers/browser.ts';
import { attemptAt, channelPorts, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt, Channel } from '../contract.ts';
import { webPush } from './web-push.ts';

interface Push {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service by RFC 8030 with one browser by RFC 8291, which reads what it gets. */
describe('web-push', () => {
  let server: Server;
  let url: string;
  let status: number;
  let pushes: Push[];
  let browser: Browser;
  let ports: TestPorts;
  let channel: Channel;

  beforeEach(async () => {
    const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
    ports = await channelPorts('https://x.test', { http });
    pushes = [];
    status = 201;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        pushes.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(status).end(`no ${request.url}`);
      });
    });
    url = `http://127.0.0.1:${await listen(server, 'good')}`;
    browser = openBrowser(ports.stateDirectory, `${url}/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV`);
    channel = await open();
  });
  afterEach(async () => {
    await channel.close();
    server.closeAllConnections();
    server.close();
    await ports.remove();
  });

  const open = (): Promise<Channel> =>
    webPush.open(
      webPush.options.parse({ ...browser.options, subject: 'mailto:ops@example.org', ttl: '1h' }),
      ports,
    );
  const send = (attempt: Attempt = attemptAt('words')): Promise<Delivery> => channel.send(attempt);

  it('sends what only the browser can read, under our name', async () => {
    expect(await send()).toEqual({ type: 'sent', receipt: 'HTTP 201' });
    const [push] = pushes;
    expect(push?.path).toBe('/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV');
    expect(push?.headers).toMatchObject({ ttl: '3600', urgency: 'high', 'content-encoding': 'aes128gcm' });
    expect(push?.body.toString('latin1')).not.toContain('words');
    expect(JSON.parse(browser.read(push?.body ?? Buffer.alloc(0)))).toEqual({
      id: '7ZK3M9QX2A',
      severity: 'critical',
      status: 'open',
      title: 'SSH brute force',
      body: 'words',
    });
    const claims = browser.sender(push?.headers.authorization ?? '');
    expect(claims).toMatchObject({ aud: url, sub: 'mailto:ops@example.org' });
    // At most a day ahead (RFC 8292, section 2).
    const ahead = Number(claims['exp']) - Date.now() / 1000;
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThanOrEqual(86_400);
  });

  it('gives several alerts at once an id of their own, under which no other is replaced', async () => {
    const attempt = attemptAt('words');
    const payload = { ...attempt.message.payload, joined: ['8ZK3M9QX2B'], total: 2 };
    await send({ ...attempt, message: { ...attempt.message, payload } });
    const told: unknown = JSON.parse(browser.read(pushes[0]?.body ?? Buffer.alloc(0)));
    expect(told).toMatchObject({ id: '7ZK3M9QX2A-phone' });
  });

  it('never sends more than every push service takes', async () => {
    const unit = fc.constantFrom('a', '"', '\\', '\n', '日', '🐦', '\u0001');
    const text = fc.string({ unit, minLength: 1500, maxLength: 6000 });
    await fc.assert(
      fc.asyncProperty(text, text, async (title, body) => {
        const attempt = attemptAt('x');
        expect(await send({ ...attempt, message: { ...attempt.message, title, body } })).toMatchObject({
          type: 'sent',
        });
        const last = pushes.at(-1)?.body ?? Buffer.alloc(0);
        expect(last.length).toBeLessThanOrEqual(4096);
        const read: { body: string } = JSON.parse(browser.read(last));
        expect(body.startsWith(read.body)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it.each<[number, object]>([
    [200, { type: 'sent' }],
    [202, { type: 'sent' }],
    [400, { type: 'failed', reason: 'rejected' }],
    [401, { type: 'failed', reason: 'auth' }],
    [403, { type: 'failed', reason: 'auth' }],
    [404, { type: 'failed', reason: 'recipient' }],
    [410, { type: 'failed', reason: 'recipient' }],
    [413, { type: 'failed', reason: 'tooLong' }],
    [429, { type: 'retry', reason: 'rateLimited' }],
    [503, { type: 'retry', reason: 'unavailable' }],
  ])('takes %i as %j', async (code, expected) => {
    status = code;
    const delivery = await send();
    expect(delivery).toMatchObject(expected);
    // Whoever has the address can write to it, as far as he has the key.
    expect(JSON.stringify(delivery)).not.toContain('JzLQ3raZ');
  });

  it.each(['{}', 'no JSON', '{"endpoint":"https://push.test/1","keys":{"p256dh":"AAAA","auth":"AAAA"}}'])(
    'waits for a human when the subscription is %s',
    async (text) => {
      writeFileSync(browser.options['subscription-file'], text, { mode: 0o600 });
      expect(await send()).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(pushes).toEqual([]);
    },
  );

  it('waits for a human when the key is none', async () => {
    writeFileSync(browser.options['vapid-key-file'], 'AAAA', { mode: 0o600 });
    expect(await send()).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(pushes).toEqual([]);
  });
});
