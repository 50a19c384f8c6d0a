import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Attempt, Channel, ChannelKind } from '../../src/channels/contract.ts';
import { gotify } from '../../src/channels/gotify/gotify.ts';
import { ntfy } from '../../src/channels/ntfy/ntfy.ts';
import { opsgenie } from '../../src/channels/opsgenie/opsgenie.ts';
import { pagerduty } from '../../src/channels/pagerduty/pagerduty.ts';
import { pushover } from '../../src/channels/pushover/pushover.ts';
import { twilioCall } from '../../src/channels/twilio/call.ts';
import { twilio } from '../../src/channels/twilio/sms.ts';
import type { AlertPayload, Delivery } from '../../src/model/delivery.ts';
import { instant } from '../../src/model/time.ts';
import { obeys } from '../contracts/channel-answers.ts';
import { splitText } from '../../src/render/split.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { type ChatReply, type ChatService, type ChatStandin, openStandin } from './chat-standin.ts';
import { hostileTexts } from './hostile-texts.ts';
import {
  gotifyService,
  ntfyService,
  opsgenieService,
  pagerdutyService,
  pushoverService,
  pushSecrets,
  twilioAccount,
  twilioService,
} from './push-services.ts';

const now = instant(1_900_000_000_000);
let ports: TestPorts;
let service: ChatStandin | undefined;
let channel: Channel | undefined;
beforeEach(async () => {
  const http = { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } };
  ports = await channelPorts('https://x.test', { http, now: () => now });
});
afterEach(async () => {
  await channel?.close();
  service?.stop();
  await ports.remove();
});

const secretFile = (text: string): string => {
  const path = join(ports.stateDirectory, `${text.length}-${text.slice(0, 4)}.key`);
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  return path;
};

/** A kind, the stand-in of its service, and the options by which they meet. */
interface Pair {
  readonly kind: ChannelKind<never>;
  readonly service: ChatService;
  readonly options: (url: string) => object;
}

const pair = <Options>(kind: ChannelKind<Options>, standin: ChatService, options: Pair['options']): Pair => ({
  // Each is opened with what its own schema made of the options.
  kind: kind as ChannelKind<never>,
  service: standin,
  options,
});

const login = (url: string): object => ({
  api: url,
  'account-sid': twilioAccount,
  'token-file': secretFile(pushSecrets.twilio),
});
const pairs = {
  ntfy: pair(ntfy, ntfyService, (url) => ({
    server: url,
    topic: 'ops-alerts',
    'token-file': secretFile(pushSecrets.ntfy),
    tags: ['web'],
  })),
  gotify: pair(gotify, gotifyService, (url) => ({
    server: `${url}/`,
    'token-file': secretFile(pushSecrets.gotify),
  })),
  pushover: pair(pushover, pushoverService, (url) => ({
    api: url,
    'token-file': secretFile(pushSecrets.pushoverToken),
    'user-key-file': secretFile(pushSecrets.pushoverUser),
  })),
  pagerduty: pair(pagerduty, pagerdutyService, (url) => ({
    api: url,
    'routing-key-file': secretFile(pushSecrets.pagerduty),
  })),
  opsgenie: pair(opsgenie, opsgenieService, (url) => ({
    api: url,
    'key-file': secretFile(pushSecrets.opsgenie),
    tags: ['web'],
  })),
  twilio: pair(twilio, twilioService, (url) => ({ ...login(url), from: '+15550199', to: '+15550100' })),
  'twilio-call': pair(twilioCall, twilioService, (url) => ({
    ...login(url),
    from: '+15550199',
    to: '+15550100',
  })),
};
type Name = keyof typeof pairs;
const names = Object.keys(pairs) as Name[];

async function open(name: Name, more: object = {}): Promise<ChatStandin> {
  const { kind, service: standin, options } = pairs[name];
  service = await openStandin(standin);
  channel = await kind.open(kind.options.parse({ ...options(service.url), ...more }), ports);
  return service;
}

const send = async (attempt: Attempt): Promise<Delivery> => {
  const delivery = obeys((await channel?.send(attempt)) ?? expect.fail());
  for (const secret of Object.values(pushSecrets)) expect(JSON.stringify(delivery)).not.toContain(secret);
  return delivery;
};

const told = (body: string, change: Partial<AlertPayload> = {}, severity = 'critical' as const): Attempt => {
  const attempt = attemptAt(`SSH brute force\n${body}`);
  const payload = { ...attempt.message.payload, ...change };
  return { ...attempt, message: { ...attempt.message, body, severity, payload } };
};
const over: Partial<AlertPayload> = { status: 'resolved', reason: 'resolved' };

describe('what services are asked for', () => {
  test('ntfy: title, text, priority, tags, where a touch leads', async () => {
    const { requests } = await open('ntfy');
    const link = 'https://wiki.example.org/ssh';
    expect(await send(told('words', { link }))).toEqual({ type: 'sent', receipt: 'sPs71M8A2T' });
    await send(told('words', { ...over, link: 'javascript:alert(1)' }));
    expect(requests.map(({ fields }) => fields)).toEqual([
      {
        topic: 'ops-alerts',
        title: 'SSH brute force',
        message: 'words',
        priority: 5,
        tags: ['rotating_light', 'web'],
        click: link,
      },
      {
        topic: 'ops-alerts',
        title: 'SSH brute force',
        message: 'words',
        priority: 2,
        tags: ['white_check_mark', 'web'],
      },
    ]);
  });

  test('ntfy: a topic that is a secret', async () => {
    const { requests, next } = await open('ntfy', { topic: undefined, 'topic-file': secretFile('h1dden') });
    await send(told('words'));
    expect(requests[0]?.fields['topic']).toBe('h1dden');
    next.push({ status: 400, body: { code: 40_009, http: 400, error: 'no topic h1dden' } });
    expect(await send(told('words'))).toMatchObject({ detail: 'HTTP 400: no topic [secret]' });
  });

  test('gotify: a priority, and where a touch leads', async () => {
    const { requests } = await open('gotify', { priorities: { critical: 10 } });
    const link = 'https://wiki.example.org/ssh';
    expect(await send(told('words', { link }))).toEqual({ type: 'sent', receipt: 'message 25' });
    await send(told('', over));
    expect(requests.map(({ fields }) => fields)).toEqual([
      {
        title: 'SSH brute force',
        message: 'words',
        priority: 10,
        extras: { 'client::notification': { click: { url: link } } },
      },
      { title: 'SSH brute force', message: 'SSH brute force', priority: 2 },
    ]);
  });

  test('pushover: an emergency rings until it is over', async () => {
    const { requests } = await open('pushover', { retry: '2m', expire: '3h' });
    const reference = 'rLqVuqTRh62UzxtmqiaLzQmVcPgiCy';
    expect(await send(told('words'))).toMatchObject({ type: 'sent', reference });
    const tags = '7ZK3M9QX2A';
    expect(requests[0]?.fields).toMatchObject({ priority: '2', retry: '120', expire: '10800', tags });
    expect(await send({ ...told('fine', over), earlier: reference })).toMatchObject({ type: 'sent' });
    expect(requests.slice(1).map(({ path }) => path)).toEqual([
      `/1/receipts/cancel_by_tag/${tags}.json`,
      '/1/messages.json',
    ]);
    expect(requests[2]?.fields).toMatchObject({ priority: '-1', message: 'fine' });
  });

  test('pushover: what rings again or in parts is silenced with it, what rings for others is not', async () => {
    const { requests } = await open('pushover');
    const again = told('words', { reason: 'repeated' });
    const parts = ['one (1/2)', 'two (2/2)'];
    await send({ ...again, part: 1, message: { ...again.message, parts } });
    await send(told('several', { reason: 'joined', joined: ['8ZK3M9QX2B'], total: 2 }));
    await send(told('fine', over));
    expect(requests.map(({ fields }) => fields['tags'])).toEqual([
      '7ZK3M9QX2A',
      '7ZK3M9QX2A-phone',
      undefined,
      undefined,
    ]);
    expect(requests[2]?.path).toBe('/1/receipts/cancel_by_tag/7ZK3M9QX2A.json');
  });

  test('pushover: that the ringing could not be ended does not hold the message up', async () => {
    const { next, requests } = await open('pushover', { emergency: false });
    next.push({ status: 500 });
    const earlier = 'rLqVuqTRh62UzxtmqiaLzQmVcPgiCy';
    expect(await send({ ...told('fine', over), earlier })).toMatchObject({ type: 'sent' });
    await send({ ...told('words'), earlier });
    expect(requests.map(({ path }) => path)).toEqual([
      '/1/receipts/cancel_by_tag/7ZK3M9QX2A.json',
      '/1/messages.json',
      '/1/messages.json',
    ]);
    expect(requests[2]?.fields).toMatchObject({ priority: '1' });
  });

  test.each([
    ['pagerduty', 'dedup_key'],
    ['opsgenie', 'alias'],
  ] as const)('%s: several alerts at once are one of their own', async (name, key) => {
    const { requests } = await open(name);
    await send(told('several', { reason: 'joined', joined: ['8ZK3M9QX2B'], total: 2 }));
    expect(requests[0]?.fields).toMatchObject({ [key]: '7ZK3M9QX2A-phone' });
  });

  test('pagerduty: one alert from its beginning to its end', async () => {
    const { requests } = await open('pagerduty', { group: 'web' });
    expect(await send(told('words', { host: 'web1' }))).toEqual({ type: 'sent', receipt: 'taken' });
    await send(told('fine', over));
    const common = { routing_key: pushSecrets.pagerduty, dedup_key: '7ZK3M9QX2A' };
    expect(requests[0]?.fields).toMatchObject({
      ...common,
      event_action: 'trigger',
      payload: {
        summary: 'SSH brute force',
        source: 'web1',
        severity: 'critical',
        class: 'ssh-brute-force',
        group: 'web',
        custom_details: { text: 'words', count: 5 },
      },
    });
    expect(requests[1]?.fields).toEqual({ ...common, event_action: 'resolve' });
  });

  test('opsgenie: one alert from its beginning to its end', async () => {
    const { requests } = await open('opsgenie');
    expect(await send(told('words'))).toMatchObject({ type: 'sent' });
    await send(told('fine', { ...over, id: 'a/b?c' }));
    expect(requests[0]?.fields).toMatchObject({
      message: 'SSH brute force',
      alias: '7ZK3M9QX2A',
      description: 'words',
      priority: 'P1',
      tags: ['critical', 'web'],
    });
    expect(requests[1]?.path).toBe('/v2/alerts/a/b?c/close');
    expect(requests[1]?.query.get('identifierType')).toBe('alias');
  });

  test('twilio: each part by itself, by a number or a pool of them', async () => {
    const { requests } = await open('twilio');
    const parts = attemptAt(['one (1/2)', 'zwei & <b> (2/2)'], { part: 1 });
    expect(await send(parts)).toEqual({ type: 'sent', receipt: `SM${'2'.repeat(32)}` });
    const [request] = requests;
    expect(request?.fields).toEqual({ To: '+15550100', From: '+15550199', Body: 'zwei & <b> (2/2)' });
    const pool = `MG${'3'.repeat(32)}`;
    await channel?.close();
    service?.stop();
    const again = await open('twilio', { from: undefined, 'messaging-service': pool });
    await send(attemptAt('text'));
    expect(again.requests[0]?.fields).toEqual({ To: '+15550100', MessagingServiceSid: pool, Body: 'text' });
  });

  test('twilio-call: text is read out, whatever stands in it', async () => {
    const { requests } = await open('twilio-call', { voice: 'Polly.Amy', language: 'en-GB' });
    await send(attemptAt('disk </Say><Dial>+1900</Dial> & "full"\u0000'));
    const said = 'disk &#60;/Say&#62;&#60;Dial&#62;+1900&#60;/Dial&#62; &#38; &#34;full&#34; ';
    expect(requests[0]?.fields['Twiml']).toBe(
      `<Response><Pause length="1"/><Say language="en-GB" voice="Polly.Amy" loop="2">${said}</Say></Response>`,
    );
  });
});

const reset = String(now / 1000 + 600);
const documented: readonly (readonly [Name, ChatReply, object])[] = [
  [
    'ntfy',
    { status: 401, body: { code: 40_101, http: 401, error: 'unauthorized' } },
    { type: 'failed', reason: 'auth', detail: 'HTTP 401: unauthorized' },
  ],
  [
    'ntfy',
    { status: 403, body: { code: 40_301, http: 403, error: 'forbidden' } },
    { type: 'failed', reason: 'auth' },
  ],
  [
    'ntfy',
    { status: 413, body: { code: 41_301, http: 413, error: 'attachment too large' } },
    { type: 'failed', reason: 'tooLong' },
  ],
  [
    'ntfy',
    { status: 429, body: { code: 42_901, http: 429, error: 'limit reached: too many requests' } },
    { type: 'retry', reason: 'rateLimited' },
  ],
  [
    'ntfy',
    { status: 429, body: { code: 42_908, http: 429, error: 'limit reached: daily message quota reached' } },
    { type: 'retry', reason: 'rateLimited', afterMs: 3_600_000 },
  ],
  [
    'ntfy',
    { status: 507, body: { code: 50_701, http: 507, error: 'insufficient storage' } },
    { type: 'retry', reason: 'unavailable' },
  ],
  ['ntfy', { status: 502, body: '<html>Bad Gateway' }, { type: 'retry', reason: 'unavailable' }],
  [
    'gotify',
    {
      status: 401,
      body: {
        error: 'Unauthorized',
        errorCode: 401,
        errorDescription: 'you need to provide a valid access token',
      },
    },
    { type: 'failed', reason: 'auth', detail: 'HTTP 401: you need to provide a valid access token' },
  ],
  [
    'gotify',
    {
      status: 403,
      body: {
        error: 'Forbidden',
        errorCode: 403,
        errorDescription: 'you are not allowed to access this api',
      },
    },
    { type: 'failed', reason: 'auth' },
  ],
  [
    'gotify',
    { status: 400, body: { error: 'Bad Request', errorCode: 400, errorDescription: 'x' } },
    { type: 'failed', reason: 'rejected' },
  ],
  [
    'gotify',
    { status: 301, headers: { location: 'https://elsewhere/' } },
    { type: 'failed', reason: 'rejected' },
  ],
  ['gotify', { status: 500 }, { type: 'retry', reason: 'unavailable' }],
  [
    'pushover',
    { status: 400, body: { token: 'invalid', errors: ['application token is invalid'], status: 0 } },
    { type: 'failed', reason: 'auth', detail: 'HTTP 400: application token is invalid' },
  ],
  [
    'pushover',
    { status: 400, body: { user: 'invalid', errors: ['user identifier is invalid'], status: 0 } },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'pushover',
    { status: 400, body: { device: 'invalid for this user', errors: ['device is not valid'], status: 0 } },
    { type: 'failed' },
  ],
  [
    'pushover',
    { status: 200, body: { status: 0, errors: ['no active devices to send to'], user: 'invalid' } },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'pushover',
    {
      status: 429,
      headers: { 'x-limit-app-reset': reset },
      body: { status: 0, errors: ['application is over its quota'] },
    },
    { type: 'retry', reason: 'rateLimited', afterMs: 600_000 },
  ],
  ['pushover', { status: 503 }, { type: 'retry', reason: 'unavailable' }],
  [
    'pagerduty',
    {
      status: 400,
      body: {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["Length of 'routing_key' is incorrect (should be 32 characters)"],
      },
    },
    { type: 'failed', reason: 'auth' },
  ],
  [
    'pagerduty',
    {
      status: 400,
      body: {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["'payload.summary' is missing or blank"],
      },
    },
    {
      type: 'failed',
      reason: 'rejected',
      detail: "HTTP 400: Event object is invalid; 'payload.summary' is missing or blank",
    },
  ],
  ['pagerduty', { status: 413 }, { type: 'failed', reason: 'tooLong' }],
  ['pagerduty', { status: 429 }, { type: 'retry', reason: 'rateLimited' }],
  ['pagerduty', { status: 500 }, { type: 'retry', reason: 'unavailable' }],
  [
    'opsgenie',
    { status: 401, body: { message: 'Could not authenticate' } },
    { type: 'failed', reason: 'auth' },
  ],
  [
    'opsgenie',
    { status: 403, body: { message: 'Key format is not valid!' } },
    { type: 'failed', reason: 'auth' },
  ],
  ['opsgenie', { status: 404 }, { type: 'failed', reason: 'rejected' }],
  [
    'opsgenie',
    { status: 422, body: { message: 'Request body is not processable. Please check the errors.' } },
    { type: 'failed', reason: 'rejected' },
  ],
  [
    'opsgenie',
    { status: 429, headers: { 'retry-after': '3' } },
    { type: 'retry', reason: 'rateLimited', afterMs: 3000 },
  ],
  ['opsgenie', { status: 503 }, { type: 'retry', reason: 'unavailable' }],
  [
    'twilio',
    { status: 401, body: { code: 20_003, message: 'Authenticate', status: 401 } },
    { type: 'failed', reason: 'auth', detail: 'HTTP 401: 20003 Authenticate' },
  ],
  [
    'twilio',
    {
      status: 400,
      body: { code: 21_211, message: "The 'To' number is not a valid phone number.", status: 400 },
    },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'twilio',
    {
      status: 400,
      body: { code: 21_610, message: 'Attempt to send to unsubscribed recipient', status: 400 },
    },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 21_614, message: 'not a mobile number', status: 400 } },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'twilio',
    {
      status: 400,
      body: {
        code: 21_408,
        message: 'Permission to send an SMS has not been enabled for the region',
        status: 400,
      },
    },
    { type: 'failed', reason: 'auth' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 21_617, message: 'too long', status: 400 } },
    { type: 'failed', reason: 'tooLong' },
  ],
  [
    'twilio',
    { status: 429, body: { code: 20_429, message: 'Too Many Requests', status: 429 } },
    { type: 'retry', reason: 'rateLimited' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 30_001, message: 'Queue overflow', status: 400 } },
    { type: 'retry', reason: 'rateLimited' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 30_002, message: 'Account suspended', status: 400 } },
    { type: 'retry', reason: 'outOfCredit' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 30_005, message: 'Unknown destination handset', status: 400 } },
    { type: 'failed', reason: 'recipient' },
  ],
  [
    'twilio',
    { status: 400, body: { code: 30_007, message: 'Message filtered', status: 400 } },
    { type: 'failed', reason: 'rejected' },
  ],
  ['twilio', { status: 500 }, { type: 'retry', reason: 'unavailable' }],
  [
    'twilio-call',
    { status: 400, body: { code: 21_215, message: 'Geo Permission', status: 400 } },
    { type: 'failed', reason: 'auth' },
  ],
];

describe('what services say', () => {
  test.each(documented)('%s: %j means %j', async (name, reply, expected) => {
    const { next, requests } = await open(name);
    next.push(reply);
    expect(await send(told('words'))).toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  test('a wrong key is told as such by each', async () => {
    for (const name of names) {
      const wrong = secretFile('wr0ng-key-of-nobody');
      const all = ['token-file', 'routing-key-file', 'key-file'];
      const given = Object.keys(pairs[name].options('http://127.0.0.1:1'));
      const key = all.find((each) => given.includes(each)) ?? '';
      await open(name, { [key]: wrong });
      expect([name, await send(told('words'))]).toMatchObject([name, { type: 'failed', reason: 'auth' }]);
      await channel?.close();
      service?.stop();
    }
  });
});

describe('asking without sending', () => {
  const ask = async (): Promise<object> =>
    (await channel?.probe?.(new AbortController().signal)) ?? expect.fail('it cannot be asked');

  test.each<[Name, string]>([
    ['ntfy', '/v1/health'],
    ['gotify', '/health'],
    ['pushover', '/1/users/validate.json'],
    ['twilio', `/2010-04-01/Accounts/${twilioAccount}/Messages.json`],
    ['twilio-call', `/2010-04-01/Accounts/${twilioAccount}/Messages.json`],
  ])('%s', async (name, path) => {
    const { requests, taken, next } = await open(name);
    expect(await ask()).toMatchObject({ ok: true });
    expect(requests.map((request) => request.path)).toEqual([path]);
    expect(taken()).toBe(0);
    next.push({ status: 200, body: 'please log in' }, { status: 401, body: { message: 'no' } });
    expect(await ask()).toMatchObject({ ok: false });
    expect(await ask()).toMatchObject({ ok: false });
  });

  test('tells a wrong user of Pushover, a wrong token of Twilio', async () => {
    await open('pushover', { 'user-key-file': secretFile('n0body') });
    expect(await ask()).toMatchObject({ ok: false, detail: expect.stringContaining('user identifier') });
    await channel?.close();
    service?.stop();
    await open('twilio', { 'token-file': secretFile('wr0ng') });
    expect(await ask()).toMatchObject({ ok: false, detail: 'HTTP 401: 20003 Authenticate' });
  });
});

describe('an answer of something else', () => {
  test.each(names)('%s: nobody knows, and it is not sent', async (name) => {
    const { next } = await open(name);
    next.push({ status: 200, body: '<html>please log in to the network</html>' });
    expect(await send(told('words'))).toMatchObject({ type: 'unknown' });
  });
});

describe('hostile text', () => {
  test.each(names.flatMap((name) => hostileTexts.map(([what, text]) => [name, what, text] as const)))(
    '%s: %s stays text',
    async (name, _what, text) => {
      const { requests, taken } = await open(name);
      const { shape } = pairs[name].kind;
      const body = shape.neutralise(text);
      const attempt = told(body, { title: text, line: text, rule: text, host: text, id: 'ID' });
      const title = shape.neutralise(text);
      const parts = splitText(`${title}\n${body}`, shape);
      const message = { ...attempt.message, title, parts };
      expect(await send({ ...attempt, message })).toMatchObject({ type: 'sent' });
      expect(requests).toHaveLength(1);
      expect(taken()).toBe(1);
    },
  );
});
