import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { millis } from '../../model/time.ts';
import { hostPortOf } from './addresses.ts';
import { createDatagrams } from './datagrams.ts';
import { createStreams, type Streams } from './streams.ts';
import { createUnixDatagrams } from './unix-datagrams.ts';

const limits = { connections: 3, queued: 1000, connectTime: millis(60_000) };
let dir: string;
const endings: (() => unknown)[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sockets-'));
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  rmSync(dir, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

interface Peer {
  readonly server: Server;
  readonly got: () => string;
  readonly sockets: Socket[];
}

async function listen(where: string | number): Promise<Peer> {
  let got = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => (got += text));
  });
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, '127.0.0.1', resolve);
  });
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, got: () => got, sockets };
}

const portOf = ({ server }: Peer): number => (server.address() as AddressInfo).port;

function streams(more: Partial<typeof limits> = {}): Streams {
  const made = createStreams({ ...limits, ...more });
  endings.push(made.destroy);
  return made;
}

describe('addresses', () => {
  test.each([
    ['host.example:514', { host: 'host.example', port: 514 }],
    ['::1:514', { host: '::1', port: 514 }],
    ['[2001:db8::1]:514', { host: '2001:db8::1', port: 514 }],
    ['192.0.2.1:65535', { host: '192.0.2.1', port: 65_535 }],
  ])('%s', (address, expected) => expect(hostPortOf(address)).toEqual(expected));

  test.each(['host', ':514', 'host:', 'host:0', 'host:65536', 'host:5x', 'a b:5', 'a/b:5', 'a\n:5'])(
    '%j is none',
    (address) => expect(hostPortOf(address)).toBeUndefined(),
  );
});

describe('streams', () => {
  test('TCP: texts that were given while it connects arrive in order, no newline added', async () => {
    const peer = await listen(0);
    const to = streams();
    const address = `127.0.0.1:${portOf(peer)}`;
    const outcomes = await Promise.all(['1', '2\n', '\u00ff3'].map((text) => to.send('tcp', address, text)));
    expect(outcomes).toEqual([1, 2, 3].map(() => ({ type: 'done' })));
    await until(() => peer.got().length === 5);
    expect(peer.got()).toBe('12\n\u00ff3');
    expect(peer.sockets).toHaveLength(1);
  });

  test('UNIX: closed on demand behind what waits, opened again by the next text', async () => {
    const peer = await listen(join(dir, 'socket'));
    const to = streams();
    const sent = to.send('ustream', join(dir, 'socket'), 'one ');
    to.hangUp('ustream', join(dir, 'socket'));
    expect(await sent).toEqual({ type: 'done' });
    await to.send('ustream', join(dir, 'socket'), 'two');
    await until(() => peer.got() === 'one two');
    expect(peer.sockets).toHaveLength(2);
  });

  test('nobody there: lost, and tried anew by the next text', async () => {
    const to = streams();
    expect(await to.send('ustream', join(dir, 'socket'), 'x')).toEqual({
      type: 'lost',
      text: 'there is no such socket',
    });
    const peer = await listen(join(dir, 'socket'));
    expect(await to.send('ustream', join(dir, 'socket'), 'y')).toEqual({ type: 'done' });
    await until(() => peer.got() === 'y');
    expect(await to.send('tcp', 'not an address', 'x')).toMatchObject({ type: 'lost' });
  });

  test('what cannot be connected in time is given up, and what would be too much before', async () => {
    // A full queue of a server that never accepts would depend on the system; an unroutable address waits.
    const to = streams({ connectTime: millis(50) });
    const waiting = to.send('tcp', '192.0.2.1:9', 'x'.repeat(900));
    expect(await to.send('tcp', '192.0.2.1:9', 'x'.repeat(200))).toEqual({
      type: 'lost',
      text: 'too much waits for this connection',
    });
    expect((await waiting).type).toBe('lost');
  });

  test('the connection that is idle longest gives way to a new one', async () => {
    const peers = await Promise.all([0, 0, 0, 0].map(listen));
    const to = streams();
    for (const peer of peers) await to.send('tcp', `127.0.0.1:${portOf(peer)}`, 'x');
    const [first] = peers;
    await until(() => first?.sockets[0]?.destroyed === true);
    for (const peer of peers) await until(() => peer.got() === 'x');
  });
});

describe('packets', () => {
  test('UDP: each text a packet, in order', async () => {
    const peer = createSocket('udp4');
    const got: string[] = [];
    peer.on('message', (message) => got.push(message.toString('latin1')));
    await new Promise<void>((resolve) => peer.bind(0, '127.0.0.1', resolve));
    endings.push(() => peer.close());
    const to = createDatagrams(limits);
    endings.push(to.hangUpAll);
    const address = `127.0.0.1:${peer.address().port}`;
    const outcomes = await Promise.all(['1', '', '\u00ff\n3'].map((text) => to.send(address, text)));
    expect(outcomes.every(({ type }) => type === 'done')).toBe(true);
    await until(() => got.length === 3);
    expect(got).toEqual(['1', '', '\u00ff\n3']);
    const roomy = createDatagrams({ ...limits, queued: 200_000 });
    endings.push(roomy.hangUpAll);
    expect(await roomy.send(address, 'x'.repeat(70_000))).toEqual({
      type: 'lost',
      text: 'it is too long for one packet',
    });
    expect((await to.send('no address', 'x')).type).toBe('lost');
  });

  test('UNIX datagrams, by a small Perl', async () => {
    const path = join(dir, 'dgram');
    const { peer, got } = receiver(path);
    const to = createUnixDatagrams({ queued: 100_000 }, { PATH: process.env['PATH'] ?? '' });
    endings.push(to.close);
    expect(await to.send(path, 'too early')).toMatchObject({ type: 'lost' });
    await until(() => got[0] === 'ready');
    const outcomes = await Promise.all(['one', 'tw\u00ff', '3'].map((text) => to.send(path, text)));
    expect(outcomes).toEqual([1, 2, 3].map(() => ({ type: 'done' })));
    await until(() => got.length === 4);
    expect(got.slice(1)).toEqual(['6f6e65', '7477ff', '33']);
    peer.kill();
    expect(await to.send(join(dir, 'x'.repeat(200)), 'x')).toEqual({
      type: 'lost',
      text: 'its path is too long',
    });
    expect((await to.send(join(dir, 'none'), 'x')).type).toBe('lost');
  });

  test('without a Perl they are lost, and that is said', async () => {
    const to = createUnixDatagrams({ queued: 1000 }, { PATH: '/nonexistent' });
    expect(await to.send('/dev/log', 'x')).toEqual({
      type: 'lost',
      text: 'UNIX datagrams need perl, and it cannot be started',
    });
  });
});

/** Begins once the first packet went nowhere; prints what it gets in hex. */
function receiver(path: string): { readonly peer: ChildProcess; readonly got: string[] } {
  const program = `
    use Socket; $| = 1; select undef, undef, undef, 0.3;
    socket(my $s, PF_UNIX, SOCK_DGRAM, 0); bind($s, pack_sockaddr_un($ARGV[0])) or die; print "ready\\n";
    while (defined recv($s, my $text, 9999, 0)) { print unpack('H*', $text), "\\n" }`;
  const peer = spawn('perl', ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  endings.push(() => peer.kill('SIGKILL'));
  const got: string[] = [];
  createInterface({ input: peer.stdout }).on('line', (line) => got.push(line));
  return { peer, got };
}
