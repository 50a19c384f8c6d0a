import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptAt, channelPorts, messageOf, type TestPorts } from '../../../tests/peers/channel-ports.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt, Channel } from '../contract.ts';
import { nsca } from './nsca.ts';

/** A server that does with a connection what it is told, and keeps what it read. */
let server: Server;
let port: number;
let behave: (socket: Socket) => void;
let read: Buffer;
let ports: TestPorts;
const sockets = new Set<Socket>();

const greeting = Buffer.concat([Buffer.alloc(128, 9), Buffer.from([0x12, 0x34, 0x56, 0x78])]);

beforeEach(async () => {
  read = Buffer.alloc(0);
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (read = Buffer.concat([read, chunk])));
    behave(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  ports = await channelPorts('https://x.test');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
  await ports.remove();
});

const optionsOf = (more: object = {}) =>
  nsca.options.parse({
    server: '127.0.0.1',
    port,
    'encryption-method': 0,
    host: 'web1',
    service: 'app-log',
    listen: '50ms',
    ...more,
  });
const open = (more: object = {}): Promise<Channel> => nsca.open(optionsOf(more), ports);
const send = async (attempt: Attempt = attemptAt('text'), more: object = {}): Promise<Delivery> =>
  (await open(more)).send(attempt);

/** As the daemon does: greets, reads, closes after the client. */
const accept = (socket: Socket): void => {
  socket.write(greeting);
  socket.on('end', () => socket.end());
};

describe('nsca', () => {
  it('sends back the daemon’s own time', async () => {
    behave = accept;
    expect(await send()).toEqual({ type: 'sent', receipt: 'handed over; NSCA confirms nothing' });
    expect(read).toHaveLength(4304);
    expect(read.readUInt32BE(8)).toBe(0x12345678);
    expect(read.toString('utf8', 206, 211)).toBe('text\0');
  });

  it('takes 132 bytes for the greeting, in whatever pieces', async () => {
    behave = (socket) => {
      socket.on('end', () => socket.end());
      socket.write(greeting.subarray(0, 5), () => setImmediate(() => socket.write(greeting.subarray(5))));
    };
    expect(await send()).toMatchObject({ type: 'sent' });
  });

  it('tries again where nobody listens', async () => {
    server.close();
    await once(server, 'close');
    expect(await send()).toEqual({
      type: 'retry',
      reason: 'unavailable',
      detail: 'no connection (ECONNREFUSED)',
    });
    expect(await send(attemptAt('x'), { server: 'no-such-name.invalid' })).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
    });
  });

  it.each<[string, (socket: Socket) => void, Partial<Delivery>]>([
    ['hangs up at once', (socket) => socket.end(), { type: 'retry', reason: 'unavailable' }],
    [
      'hangs up within the greeting',
      (socket) => socket.end(greeting.subarray(0, 131)),
      { type: 'retry', reason: 'unavailable' },
    ],
    ['resets at once', (socket) => socket.resetAndDestroy(), { type: 'retry', reason: 'unavailable' }],
    ['says nothing', () => undefined, { type: 'retry', reason: 'timeout' }],
    [
      'says too little',
      (socket) => socket.write('220 mail.example.org ESMTP\r\n'),
      { type: 'retry', reason: 'timeout' },
    ],
    ['says too much', (socket) => socket.write(Buffer.alloc(1000)), { type: 'retry', reason: 'unavailable' }],
  ])('tries again when the other side %s', async (_, how, expected) => {
    behave = how;
    expect(await send(attemptAt('text'), { timeout: '300ms' })).toMatchObject(expected);
    expect(read).toHaveLength(0);
  });

  it('takes hanging up on the packet for a wrong password', async () => {
    behave = (socket) => {
      socket.write(greeting);
      socket.on('data', () => socket.end());
    };
    expect(await send(attemptAt('text'), { listen: '5s' })).toMatchObject({ type: 'failed', reason: 'auth' });
  });

  it('does not know when the connection breaks, or hangs, after the packet', async () => {
    behave = (socket) => {
      socket.write(greeting);
      socket.on('data', () => read.length === 4304 && socket.resetAndDestroy());
    };
    expect(await send(attemptAt('text'), { listen: '5s' })).toMatchObject({ type: 'unknown' });
    behave = (socket) => socket.write(greeting);
    expect(await send(attemptAt('text'), { timeout: '300ms' })).toMatchObject({
      type: 'unknown',
      detail: expect.stringContaining('did not close in time'),
    });
  });

  it('stops when it is told to: unknown once the packet is out, else to be tried again', async () => {
    const stop = new AbortController();
    let arrived = (): void => undefined;
    const begun = new Promise<void>((resolve) => (arrived = resolve));
    behave = () => arrived();
    const sending = send(attemptAt('text', { signal: stop.signal }));
    await begun;
    stop.abort();
    expect(await sending).toMatchObject({ type: 'retry' });
    expect(await send(attemptAt('text', { signal: stop.signal }))).toMatchObject({ type: 'retry' });
    const later = new AbortController();
    behave = (socket) => {
      socket.write(greeting);
      socket.on('data', () => read.length === 4304 && later.abort());
    };
    expect(await send(attemptAt('text', { signal: later.signal }), { listen: '5s' })).toMatchObject({
      type: 'unknown',
    });
  });

  it('listens once in a while, not at every packet of a burst', async () => {
    behave = accept;
    const channel = await open({ listen: '300ms' });
    const began = performance.now();
    for (let n = 0; n < 10; n += 1)
      expect(await channel.send(attemptAt('text'))).toMatchObject({ type: 'sent' });
    expect(performance.now() - began).toBeLessThan(2500);
    expect(read).toHaveLength(43_040);
  });

  it('needs a password that nobody else can read, for what encrypts', async () => {
    behave = accept;
    expect(nsca.options.safeParse({ server: 's', 'encryption-method': 14, host: 'h' }).success).toBe(false);
    expect(nsca.options.safeParse({ server: 's', 'encryption-method': 16, host: 'h' }).success).toBe(false);
    const file = join(ports.stateDirectory, 'password');
    writeFileSync(file, 'nsca-s3cret', { mode: 0o600 });
    const more = { 'encryption-method': 14, 'password-file': file };
    expect(await send(attemptAt('text'), more)).toMatchObject({ type: 'sent' });
    chmodSync(file, 0o644);
    const refused = await send(attemptAt('text'), more);
    expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(JSON.stringify(refused)).not.toContain('s3cret');
  });

  it('refuses names that a packet has no room for', async () => {
    behave = accept;
    const named = (where: string) =>
      send(attemptAt('text', { message: messageOf(['text'], { where }) }), { host: '{{ where }}' });
    expect(await named('x'.repeat(64))).toMatchObject({ type: 'failed', reason: 'recipient' });
    expect(await named('x'.repeat(63))).toMatchObject({ type: 'sent' });
  });

  it.each([[512], [4096]])('cuts the text for a packet of %d', async (size) => {
    behave = accept;
    expect(await send(attemptAt('é'.repeat(5000)), { 'output-size': size })).toMatchObject({ type: 'sent' });
    const output = read.toString('utf8', 206, read.indexOf(0, 206));
    expect(output).toMatch(/^é+…$/);
    expect(Buffer.byteLength(output)).toBeGreaterThan(Math.min(size, 3700) - 5);
  });
});
