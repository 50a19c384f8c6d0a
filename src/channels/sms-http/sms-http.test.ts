import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptAt, channelPorts, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import { type ChatReply, type ChatStandin, openStandin } from '../../../tests/peers/chat-standin.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt } from '../contract.ts';
import { callOf } from './request.ts';
import { smsHttp } from './sms-http.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 80 });

describe('callOf', () => {
  const parameters = { to: '{to}', text: 'a {text} z', 'x[y]': '{key}', fixed: '&=%' };

  it('encodes values whole, and fills in nothing that a text asks for', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constant('&to=1#?{password}{to}%00+')), (text) => {
        const filling = { to: '+4917', text, password: 's3cret', key: 'k-1' };
        const way = { url: 'http://gw/send?fixed=0', method: 'GET', format: 'form' } as const;
        const { searchParams, hash, pathname } = new URL(callOf(way, parameters, filling).url);
        expect([pathname, hash]).toEqual(['/send', '']);
        expect([...searchParams]).toEqual([
          ['fixed', '0'],
          ['to', '+4917'],
          ['text', `a ${text} z`],
          ['x[y]', 'k-1'],
          ['fixed', '&=%'],
        ]);
        const body = { to: '+4917', text: `a ${text} z`, 'x[y]': 'k-1', fixed: '&=%' };
        expect(callOf({ ...way, method: 'POST' }, parameters, filling).form).toEqual(body);
        expect(callOf({ ...way, method: 'POST', format: 'json' }, parameters, filling).json).toEqual(body);
      }),
    );
  });
});

describe('sms-http', () => {
  let gateway: ChatStandin;
  let ports: TestPorts;
  let passwordFile: string;
  beforeEach(async () => {
    gateway = await openStandin(() => ({ status: 200, body: 'OK id=7', isTaken: true }));
    const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
    ports = await channelPorts('https://x.test', { http });
    passwordFile = join(ports.stateDirectory, 'gw.pw');
    writeFileSync(passwordFile, 'p w&d/ü\n', { mode: 0o600 });
  });
  afterEach(async () => {
    gateway.stop();
    await ports.remove();
  });
  const send = async (options: object, attempt: Attempt = attemptAt('text')): Promise<Delivery> => {
    const all = { url: `${gateway.url}/send`, to: '+4917012', parameters: { t: '{text}' }, ...options };
    const channel = await smsHttp.open(smsHttp.options.parse(all), ports);
    const delivery = await channel.send(attempt);
    await channel.close();
    return delivery;
  };

  it('tells the gateway what it wants to know, and more where the text needs it', async () => {
    const parameters = { n: '{to}', t: '{text}', p: '{password}', once: '{key}' };
    const options = { parameters, 'unicode-parameters': { coding: '2' }, 'password-file': passwordFile };
    await send(options, attemptAt(['one', 'zwei 日'], { part: 1 }));
    await send({ ...options, user: 'app', format: 'json' }, attemptAt('ü'));
    const common = { n: '+4917012', p: 'p w&d/ü' };
    expect(gateway.requests.map(({ fields }) => fields)).toEqual([
      { ...common, t: 'zwei 日', once: '7ZK3M9QX2A-phone-2', coding: '2' },
      { ...common, t: 'ü', once: '7ZK3M9QX2A-phone' },
    ]);
    expect(gateway.requests[1]?.headers.authorization).toBe(
      `Basic ${Buffer.from('app:p w&d/ü').toString('base64')}`,
    );
  });

  it.each<[object, ChatReply, object]>([
    [{}, { status: 202 }, { type: 'sent', receipt: 'HTTP 202' }],
    [{ accepted: 'OK' }, { status: 200, body: 'OK 1' }, { type: 'sent' }],
    [
      { accepted: 'OK' },
      { status: 200, body: 'ERR 301 no credit' },
      { type: 'failed', reason: 'rejected', detail: 'HTTP 200: ERR 301 no credit' },
    ],
    [{ accepted: 'OK' }, { status: 200, body: 'ER', breaksOff: true }, { type: 'unknown' }],
    [{ accepted: 'OK' }, { status: 200, body: 'OK id=', breaksOff: true }, { type: 'sent' }],
    [{}, { status: 200, body: 'ER', breaksOff: true }, { type: 'sent' }],
    [
      {},
      { status: 403, body: 'wrong p w&d/ü' },
      { type: 'failed', reason: 'auth', detail: 'HTTP 403: wrong [secret]' },
    ],
    [
      {},
      { status: 403, body: 'p=p+w%26d%2F%C3%BC p%20w%26d%2F%C3%BC' },
      { detail: 'HTTP 403: p=[secret] [secret]' },
    ],
    [{}, { status: 404 }, { type: 'failed', reason: 'rejected' }],
    [{}, { status: 402 }, { type: 'retry', reason: 'outOfCredit' }],
    [{}, { status: 503 }, { type: 'retry', reason: 'unavailable' }],
  ])('%j: %j means %j', async (options, reply, expected) => {
    gateway.next.push(reply);
    expect(await send({ 'password-file': passwordFile, ...options })).toMatchObject(expected);
  });

  it.each([
    { url: 'http://gw/{text}' },
    { url: 'http://user:pw@gw/' },
    { parameters: { t: '{sender}' } },
    { parameters: { 'bad name': 'x' } },
    { parameters: { t: 'a\r\nb' } },
    { method: 'PUT' },
    { to: 'nobody' },
    { 'max-segments': 0 },
  ])('refuses the options %j', (change) => {
    const options = { url: 'http://gw/send', to: '+4917012', parameters: { t: '{text}' }, ...change };
    expect(smsHttp.options.safeParse(options).success).toBe(false);
  });
});
