import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelPorts, type TestPorts } from '../../tests/peers/channel-ports.ts';
import type { Delivery } from '../model/delivery.ts';
import { instant, millis } from '../model/time.ts';
import type { HttpAnswer } from './http.ts';
import {
  type CallLimits,
  deliveryOfAnswer,
  openService,
  parseObject,
  quoted,
  secretsIn,
  type Reading,
  type ServiceCall,
  textIn,
  under,
  withSecret,
  withToken,
  withUrl,
} from './http-call.ts';

const now = instant(1_900_000_000_000);
const reading: Reading = { now, hidden: ['s3cret'] };
const answer = (status: number, body = '', headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  type: 'answer',
  status,
  headers,
  body,
  bodyState: 'whole',
});

describe('what an answer means', () => {
  it.each<[number, HttpAnswer['headers'], object]>([
    [200, {}, { type: 'sent', receipt: 'HTTP 200' }],
    [204, {}, { type: 'sent' }],
    [302, {}, { type: 'failed', reason: 'rejected', detail: 'HTTP 302: redirects are not followed' }],
    [400, {}, { type: 'failed', reason: 'rejected' }],
    [401, {}, { type: 'failed', reason: 'auth' }],
    [402, {}, { type: 'retry', reason: 'outOfCredit' }],
    [403, {}, { type: 'failed', reason: 'auth' }],
    [404, {}, { type: 'failed', reason: 'recipient' }],
    [407, {}, { type: 'failed', reason: 'auth' }],
    [408, {}, { type: 'retry', reason: 'unavailable' }],
    [410, {}, { type: 'failed', reason: 'recipient' }],
    [413, {}, { type: 'failed', reason: 'tooLong' }],
    [425, {}, { type: 'retry', reason: 'unavailable' }],
    [429, { 'retry-after': '17' }, { type: 'retry', reason: 'rateLimited', afterMs: 17_000 }],
    [429, { 'retry-after': '0.529' }, { type: 'retry', afterMs: 529 }],
    [429, { 'retry-after': '9999999' }, { type: 'retry', afterMs: 86_400_000 }],
    [503, { 'retry-after': new Date(now + 5000).toUTCString() }, { type: 'retry', afterMs: 5000 }],
    [503, { 'retry-after': 'soon' }, { type: 'retry', reason: 'unavailable', detail: 'HTTP 503' }],
  ])('%i %j', (status, headers, expected) => {
    expect(deliveryOfAnswer(answer(status, '', headers), reading)).toMatchObject(expected);
  });

  it('is what the service says in its body, where it is asked', () => {
    const complaint: Reading['complaint'] = (body) => ({ words: textIn(body, 'why'), waitMs: 1500 });
    const refusal = answer(429, '{"why":"slow\\u001b down, s3cret"}', { 'retry-after': '60' });
    expect(deliveryOfAnswer(refusal, { ...reading, complaint })).toEqual({
      type: 'retry',
      reason: 'rateLimited',
      detail: 'HTTP 429: slow\\x1b down, [secret]',
      afterMs: 1500,
    });
    const accepted: Reading['accepted'] = (body) =>
      body?.['ok'] === true ? { type: 'sent', receipt: 'id' } : { words: 'no' };
    expect(deliveryOfAnswer(answer(200, '{"ok":true}'), { ...reading, accepted })).toMatchObject({
      type: 'sent',
      receipt: 'id',
    });
    expect(deliveryOfAnswer(answer(200, '{}'), { ...reading, accepted })).toEqual({
      type: 'failed',
      reason: 'rejected',
      detail: 'HTTP 200: no',
    });
    const kept: Reading['complaint'] = () => ({ reason: 'recipient', again: true });
    expect(deliveryOfAnswer(answer(404), { ...reading, complaint: kept })).toMatchObject({ type: 'retry' });
  });

  it('is sent when the head says so and the body breaks off', () => {
    const broken = { ...answer(200, '{"ok":tr'), bodyState: 'broken' as const };
    const accepted: Reading['accepted'] = () => expect.fail('there is no body');
    expect(deliveryOfAnswer(broken, { ...reading, accepted })).toMatchObject({ type: 'sent' });
  });

  it('is not known when the body would have said and breaks off', () => {
    const broken = { ...answer(200, '{"ok":tr'), bodyState: 'broken' as const };
    expect(deliveryOfAnswer(broken, { ...reading, bodyDecides: true })).toMatchObject({ type: 'unknown' });
    const whole = { ...broken, body: '{"ok":false}' };
    const accepted: Reading['accepted'] = () => ({ words: 'no' });
    expect(deliveryOfAnswer(whole, { ...reading, bodyDecides: true, accepted })).toMatchObject({
      type: 'failed',
    });
  });

  it('fits on a line, whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (words) => {
        const line = quoted(`${words}s3cret${words}`, ['', 's3cret']);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
        expect(line).not.toContain('s3cret');
        expect(line.length).toBeLessThanOrEqual(3600);
      }),
    );
    expect(quoted('s3cret'.repeat(1000), ['s3cret'])).not.toContain('s3');
  });
});

it.each([
  ['https://h.test/hooks/9f86d081884c7d659a2feaa0', '/hooks/[secret]'],
  ['https://h.test/hooks/9f86d081884c7d659a2feaa0/', '/hooks/[secret]/'],
  ['https://h.test/hooks/6555f5a01e2b/9f86d081884c7d65', '/hooks/[secret]/[secret]'],
  ['https://h.test/webhooks/1/9f86d081884c7d65?thread_id=4', '/webhooks/1/[secret]?thread_id=4'],
  ['https://h.test/invoke?api-version=1&sig=9f86d081-%2F884c7d65', '/invoke?api-version=1&sig=[secret]'],
])('what repeats the path of %s shows nothing of its secrets', (url, shown) => {
  const { pathname, search } = new URL(url);
  expect(quoted(`${pathname}${search} ${url}`, secretsIn(url))).toBe(`${shown} [secret]`);
  expect(quoted(decodeURIComponent(search), secretsIn(url))).not.toContain('9f86d081');
});

describe('a call', () => {
  let server: Server;
  let url: string;
  let seen: { readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];
  let reply: (response: ServerResponse) => void;
  const limits: CallLimits = { timeoutMs: millis(30_000), signal: new AbortController().signal };

  beforeEach(async () => {
    seen = [];
    reply = (response) => response.writeHead(200).end('{}');
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        seen.push({ method: request.method ?? '', headers: request.headers, body });
        reply(response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/x`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const call = async (change: Partial<ServiceCall>, more: Partial<CallLimits> = {}): Promise<Delivery> => {
    const service = openService({ proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } });
    const given = await service.call({ url, ...change }, { ...limits, ...more });
    await service.close();
    return deliveryOfAnswer(given, reading);
  };

  it('posts JSON, a form, or nothing', async () => {
    await call({ json: { text: 'zwei 🐦', none: undefined } });
    await call({ form: { a: '1 & 2', ü: '=' }, method: 'PUT', headers: { 'x-key': 'k' } });
    await call({ method: 'GET' });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'bird-sentinel' },
        body: '{"text":"zwei 🐦"}',
      },
      {
        method: 'PUT',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-key': 'k' },
        body: 'a=1+%26+2&%C3%BC=%3D',
      },
      { method: 'GET', headers: { 'accept-encoding': 'identity' }, body: '' },
    ]);
    expect(seen[2]?.headers['content-type']).toBeUndefined();
  });

  it('is unknown when it breaks after it was sent, and tried again when it never was', async () => {
    reply = (response) => response.socket?.resetAndDestroy();
    expect(await call({ json: {} })).toMatchObject({ type: 'unknown' });
    reply = () => undefined;
    expect(await call({ json: {} }, { timeoutMs: millis(200) })).toMatchObject({ type: 'unknown' });
    expect(await call({ json: {} }, { signal: AbortSignal.abort() })).toMatchObject({ type: 'retry' });
    expect(await call({ json: {}, url: 'http://127.0.0.1:9/x' })).toMatchObject({ type: 'retry' });
  });
});

describe('a secret in a file', () => {
  let ports: TestPorts;
  beforeEach(async () => {
    ports = await channelPorts('https://x.test');
  });
  afterEach(() => ports.remove());

  const sent: Delivery = { type: 'sent' };
  const by = async (read: typeof withSecret, content: string, mode = 0o600): Promise<unknown> => {
    const path = join(ports.stateDirectory, `${mode}-${content.length}`);
    writeFileSync(path, content, { mode });
    let got: unknown;
    const delivery = await read(path, async (text) => {
      got = text;
      return sent;
    });
    if (delivery.type === 'sent') return got;
    expect(delivery).toMatchObject({ type: 'retry', reason: 'auth', afterMs: 300_000 });
    if (content.length > 3) expect(JSON.stringify(delivery)).not.toContain(content.trim());
    return undefined;
  };

  it('is taken when it is private and has the form that is needed', async () => {
    expect(await by(withSecret, 'a b ü\n')).toBe('a b ü');
    expect(await by(withSecret, 'open', 0o644)).toBeUndefined();
    expect(await by(withToken, 'xoxb-1.2_3\n')).toBe('xoxb-1.2_3');
    for (const wrong of ['', 'a b', 'tökén', 'two\nlines'])
      expect(await by(withToken, wrong)).toBeUndefined();
    expect(await by(withUrl, 'https://hooks.example.org/T/B?sig=x\n')).toBe(
      'https://hooks.example.org/T/B?sig=x',
    );
    for (const wrong of ['token', 'ftp://host/x', 'https://host', 'https://me:pw@host/x', 'https:///x', '/x'])
      expect(await by(withUrl, wrong)).toBeUndefined();
  });
});

it('reads objects only, and joins addresses with one stroke', () => {
  for (const text of ['', '[]', '7', 'null', '"x"', '{']) expect(parseObject(text)).toBeUndefined();
  expect(textIn(parseObject('{"a":"x","b":7}'), 'a')).toBe('x');
  expect(textIn(parseObject('{"a":"x","b":7}'), 'b')).toBe('');
  expect(under('https://host/base//', 'api')).toBe('https://host/base/api');
});
