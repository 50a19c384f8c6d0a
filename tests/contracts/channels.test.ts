import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Channel } from '../../src/channels/contract.ts';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { channelKinds as rows } from '../../src/channels/registry.ts';
import { attemptAt, channelPorts, logIn, messageOf, type TestPorts } from '../peers/channel-ports.ts';
import { obeys, secrets } from './channel-answers.ts';
import {
  channelWorlds,
  type ChannelWorld,
  closePlace,
  openPlace,
  type WorldPlace,
} from './channel-worlds.ts';
import { size } from '../size.ts';

const channelKinds = await loadKinds(rows);

/**
 * What a channel of a kind is given, so that it meets the world below. Kinds that are not here meet their own
 * other side (`channel-worlds.ts`), and are held to what does not depend on it.
 */
const meets: { readonly [kind: string]: (world: World) => object } = {
  'x-dm': () => ({ account: 'bot', to: '@night_admin' }),
  'x-post': () => ({ account: 'bot', unprotected: 'refuse' }),
  webhook: (world) => ({ url: world.url, 'secret-file': world.secretFile, timeout: '30s' }),
  email: () => ({ to: ['ops@example.org'], from: 'bird@example.org', server: 'smtp://127.0.0.1:9' }),
  nagios: () => ({ 'command-file': '/nonexistent/nagios.cmd', host: 'web1', service: 'alerts' }),
  nsca: (world) => ({
    server: '127.0.0.1',
    port: 9,
    'encryption-method': 1,
    'password-file': world.secretFile,
    host: 'web1',
    service: 'alerts',
  }),
  exec: (world) => ({ command: ['/bin/sh', '-c', world.script], timeout: '30s' }),
  file: ({ secretFile }) => ({ file: `${secretFile}.log` }),
  syslog: () => ({ server: 'unix:/nonexistent/log' }),
  screen: () => ({}),
};

/** A server and a script that behave as badly as they are told. */
interface World {
  url: string;
  readonly secretFile: string;
  /** Whether questions about users are answered well, so that messages are sent. */
  answersQuestions: boolean;
  script: string;
  reply: (response: ServerResponse, request: IncomingMessage) => void;
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '\u001b[2J',
    '$(id)',
    'x'.repeat(70_000),
    '"}\r\n\r\n',
    '../..',
    '() { :; }; id',
  ),
);

describe('the registry of channels', () => {
  it('has a case here for every kind, and each name once', () => {
    const names = channelKinds.map(({ kind }) => kind);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys({ ...channelWorlds, ...meets }).sort()).toEqual([...names].sort());
  });
});

describe.each(channelKinds)('a channel of kind $kind', (kind) => {
  let server: Server;
  let world: World;
  let ports: TestPorts;
  let channel: Channel;
  const isHere = meets[kind.kind] !== undefined;
  let own: { readonly side: ChannelWorld | undefined; readonly place: WorldPlace } | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        const isQuestion = request.url?.startsWith('/2/users/') === true;
        if (!isQuestion || !world.answersQuestions) return world.reply(response, request);
        const data = { id: '2002', username: 'night_admin', protected: true };
        response
          .writeHead(200, { 'x-access-level': 'read-write-directmessages' })
          .end(JSON.stringify({ data }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    ports = await channelPorts(url, {
      http: { proxy: { url: 'http://127.0.0.1:9', noProxy: ['127.0.0.1'] } },
    });
    await logIn(ports, url);
    const secretFile = join(ports.stateDirectory, 'hook.key');
    writeFileSync(secretFile, 'h00k-secret');
    chmodSync(secretFile, 0o600);
    world = {
      url,
      secretFile,
      answersQuestions: true,
      script: 'exit 0',
      reply: (response) => response.writeHead(200).end(),
    };
    if (!isHere) {
      const place = openPlace(ports, '2s');
      own = { side: await channelWorlds[kind.kind]?.('good', place), place };
    }
    channel = await open();
  });
  afterEach(async () => {
    await channel.close();
    own?.side?.stop();
    if (own !== undefined) closePlace(own.place);
    own = undefined;
    vi.unstubAllEnvs();
    await ports.remove();
  });

  const options = (): object => meets[kind.kind]?.(world) ?? own?.side?.options ?? {};
  const open = (given: unknown = options()): Promise<Channel> => kind.open(given, ports);
  /** The script is part of the options, so that another one needs another channel. */
  const behave = async (change: Partial<World>): Promise<void> => {
    Object.assign(world, change);
    await channel.close();
    channel = await open();
  };

  it('describes every option, takes no other, and checks checked options again without changing them', async () => {
    const schema = z.toJSONSchema(kind.options, { io: 'input' });
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    for (const [key, option] of Object.entries(schema.properties ?? {})) {
      expect(option, key).toMatchObject({ description: expect.stringMatching(/^[A-Z].*\.$/) });
    }
    const once = kind.options.parse(options());
    expect(kind.options.parse(once)).toEqual(once);
    expect(kind.options.safeParse({ ...options(), misspelt: 1 }).success).toBe(false);
    await (await open(once)).close();
  });

  it('says what it is and what it can bear', () => {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/);
    expect(Number.isInteger(kind.concurrency) && kind.concurrency > 0).toBe(true);
    for (const { window, limit } of kind.budgets) expect(window > 0 && limit > 0).toBe(true);
    expect(kind.shape.measure(kind.shape.neutralise('plain words'))).toBeLessThanOrEqual(kind.shape.limit);
  });

  it('refuses options it cannot understand, as our bug', async () => {
    await expect(open({ misspelt: 1 })).rejects.toThrow();
  });

  it('answers any message', async () => {
    const groups = fc.dictionary(fc.string({ maxLength: 20 }), hostile, { maxKeys: 5 });
    const parts = fc.array(hostile, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        parts,
        groups,
        fc.nat(3),
        fc.boolean(),
        async (parts, groups, part, mayHaveArrived) => {
          const attempt = attemptAt(parts, { message: messageOf(parts, groups), part, mayHaveArrived });
          obeys(await channel.send(attempt));
        },
      ),
      { numRuns: size('CHANNEL_TEXTS', 12, 100) },
    );
  });

  if (isHere) {
    it.each([true, false])(
      'answers whatever the other side says (questions answered: %s)',
      async (answersQuestions) => {
        world.answersQuestions = answersQuestions;
        const bodies = [
          '',
          '{}',
          '[]',
          '{"data":{"id":"1"}}',
          '{"errors":[{"code":135}]}',
          '<html>',
          '\u0000',
          'x'.repeat(100_000),
        ];
        for (let status = 200; status < 600; status += 1) {
          if (status % 100 > 31 && status !== 451) continue;
          const body = bodies[status % bodies.length];
          world.reply = (response) =>
            response.writeHead(status, { 'content-type': 'application/json' }).end(body);
          obeys(await channel.send(attemptAt('text')));
        }
      },
    );

    it('answers however the other side ends', async () => {
      for (const code of [0, 1, 2, 64, 75, 77, 126, 127, 255]) {
        await behave({ script: `echo words >&2; exit ${code}` });
        obeys(await channel.send(attemptAt('text')));
      }
    });

    it.each<[string, Partial<World>]>([
      [
        'breaks the connection',
        { reply: (_response, request) => request.socket.resetAndDestroy(), script: 'kill -9 $$' },
      ],
      ['ends it', { reply: (_response, request) => request.socket.end(), script: 'exec </dev/null; exit 1' }],
      [
        'speaks another language',
        { reply: (_response, request) => request.socket.end('220 smtp\r\n'), script: 'exec /etc/passwd' },
      ],
      [
        'repeats the request',
        {
          reply: (response, request) =>
            response.writeHead(400).end(JSON.stringify({ detail: request.rawHeaders.join(' ') })),
          script: 'env >&2; exit 1',
        },
      ],
      [
        'sends headers without end',
        {
          reply: (response) => response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end(),
          script: 'head -c 1000000 /dev/zero >&2; exit 1',
        },
      ],
    ])('answers when the other side %s', async (_name, change) => {
      await behave(change);
      obeys(await channel.send(attemptAt('text')));
    });
  }

  it('answers when there is no other side', async () => {
    await behave({ url: 'http://127.0.0.1:9', script: 'exit 1' });
    await logIn(ports, world.url);
    const accounts = new Map([['bot', { name: 'bot', api: world.url }]]);
    const lonely = await kind.open(options(), { ...ports, accounts });
    obeys(await lonely.send(attemptAt('text')));
    await lonely.close();
  });

  it('answers without its files, accounts and state directory', async () => {
    const bare = await kind.open(options(), {
      ...ports,
      stateDirectory: '/nonexistent/state',
      accounts: new Map(),
    });
    obeys(await bare.send(attemptAt('text')));
    await bare.close();
  });

  it('answers soon after the abort, and at once when that came before', async () => {
    let arrived = (): void => undefined;
    const begun = new Promise<void>((resolve) => (arrived = resolve));
    const mark = join(ports.stateDirectory, 'begun');
    await behave({ reply: () => arrived(), script: `touch ${mark}; exec sleep 60` });
    const stop = new AbortController();
    const sending = channel.send(attemptAt('text', { signal: stop.signal }));
    await Promise.race([begun, sending, new Promise((resolve) => setTimeout(resolve, 200))]);
    const abortedAt = performance.now();
    stop.abort();
    obeys(await sending);
    obeys(await channel.send(attemptAt('text', { signal: stop.signal })));
    expect(performance.now() - abortedAt).toBeLessThan(5000);
  });

  it('answers after it was closed, and can be closed twice', async () => {
    await channel.send(attemptAt('text'));
    await channel.close();
    obeys(await channel.send(attemptAt('text')));
    await channel.close();
  });

  it('tells of itself when asked, in the same manner', async () => {
    if (channel.probe === undefined) return;
    world.answersQuestions = false;
    for (const status of [200, 401, 402, 403, 429, 500]) {
      world.reply = (response, request) =>
        response.writeHead(status).end(JSON.stringify({ detail: request.rawHeaders.join(' ') }));
      const told = await channel.probe(new AbortController().signal);
      expect(told.detail).toMatch(/^[^\p{Cc}]+$/u);
      for (const secret of secrets) expect(JSON.stringify(told)).not.toContain(secret);
    }
  });
});
