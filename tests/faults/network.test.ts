import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main, run, site, type Running, type Site } from '../e2e/program.ts';
import { startHttpPeer } from '../e2e/http-peer.ts';
import { eventually } from '../peers/eventually.ts';
import { size } from '../size.ts';

let at: Site;
let daemon: Running | undefined;
const atEnd: (() => void | Promise<void>)[] = [];

beforeEach(() => {
  at = site();
  writeFileSync(at.path('app.log'), '');
  daemon = undefined;
});
afterEach(async () => {
  await daemon?.kill('SIGKILL');
  for (const end of atEnd.splice(0).toReversed()) await end();
  at.remove();
});

/** Every alert goes to every receiver, each of which has one channel of its name. */
function configure(channels: Readonly<Record<string, string>>, more = ''): void {
  const names = Object.keys(channels);
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: {} }]
channels: { ${names.map((name) => `${name}: { ${channels[name]} }`).join(', ')} }
receivers: { ${names.map((name) => `to-${name}: { channels: [${name}] }`).join(', ')} }
routes: [{ to: [${names.map((name) => `to-${name}`).join(', ')}] }]
${more}`);
}

const write = (number: number): void => appendFileSync(at.path('app.log'), `needle ${number}\n`);
const lines = (name: string): readonly string[] =>
  existsSync(at.path(name)) ? readFileSync(at.path(name), 'utf8').split('\n').slice(0, -1) : [];
/** Nothing waits, and nothing was given up. */
const allSent = async (): Promise<boolean> => {
  const status = await at.status();
  return (
    status !== undefined &&
    Object.entries(status.ledger.byState).every(([state, count]) => state === 'sent' || count === 0)
  );
};

/** What came in one request. */
interface Request {
  readonly key: string;
  readonly body: string;
}

/** Does to a connection what a peer may do, when a request has come whole. */
type Manner = (socket: Socket) => void;

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that has each of its first requests to itself and treats it as `manner` says, later ones well. */
async function startRudePeer(manner: Manner, rude: number) {
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      const key = /idempotency-key: (\S+)/i.exec(text)?.[1] ?? '';
      requests.push({ key, body: text.slice(head + 4) });
      text = '';
      if (requests.length <= rude) manner(socket);
      else socket.write(ok);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  atEnd.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/hook`, requests };
}

/** Writes for as long as the other side takes it. */
function endlessly(socket: Socket, piece: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

/** `rude`: how many requests are treated so; `copies`: how often the first message then comes. */
const manners: Readonly<Record<string, { manner: Manner; rude: number; copies: number }>> = {
  hangs: { manner: () => undefined, rude: 2, copies: 3 },
  'resets-after-acting': { manner: (socket) => socket.resetAndDestroy(), rude: 2, copies: 3 },
  'closes-without-a-word': { manner: (socket) => socket.destroy(), rude: 2, copies: 3 },
  'answers-too-late': {
    manner: (socket) => void setTimeout(() => socket.write(ok), 1600),
    rude: 1,
    copies: 2,
  },
  'speaks-another-protocol': { manner: (socket) => void socket.end('SSH-2.0-x\r\n'), rude: 2, copies: 3 },
  'endless-head': {
    manner: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      endlessly(socket, `X-${'a'.repeat(1000)}: ${'b'.repeat(15_000)}\r\n`);
    },
    rude: 1,
    copies: 2,
  },
  // What follows is about the body alone: the status says that the message was taken.
  'promises-more-than-comes': {
    manner: (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok'),
    rude: 1,
    copies: 1,
  },
  'sends-more-than-promised': {
    manner: (socket) =>
      void socket.write(`${ok}HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx${'y'.repeat(99_999)}`),
    rude: 1,
    copies: 1,
  },
  'endless-body': {
    manner: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      endlessly(socket, `4000\r\n${'z'.repeat(0x4000)}\r\n`);
    },
    rude: 1,
    copies: 1,
  },
};

describe('peers that do not behave', () => {
  test('each message comes in the end, the same with the same key; nobody else waits; a stop is clean', async () => {
    const peers = await Promise.all(
      Object.entries(manners).map(async ([name, { manner, rude, copies }]) => ({
        name,
        copies,
        ...(await startRudePeer(manner, rude)),
      })),
    );
    const hooks = peers.map(({ name, url }) => [name, `webhook: { url: '${url}', timeout: 1s }`] as const);
    configure({ ...Object.fromEntries(hooks), told: `file: { file: ${at.path('told')} }` });
    daemon = await at.daemon();
    write(1);
    await eventually(() => lines('told').length === 1, 'the alert where nothing is wrong');
    await eventually(() => peers.every(({ requests, copies }) => requests.length >= copies), 'all of them');
    await eventually(allSent, 'all outcomes');
    write(2);
    await eventually(() => peers.every(({ requests, copies }) => requests.length > copies), 'the next one');
    await eventually(allSent, 'all outcomes of the next');
    for (const { name, requests, copies } of peers) {
      const keys = requests.map(({ key }) => key);
      expect([name, keys.length, new Set(keys).size]).toEqual([name, copies + 1, 2]);
      expect(new Set(requests.slice(0, copies).map(({ body }) => body)).size, name).toBe(1);
      expect(keys[copies], name).not.toBe(keys[0]);
    }
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
  });

  test('a name that nobody knows: it is said, nobody else waits, and what waited goes where the name is mended', async () => {
    const peer = await startHttpPeer();
    atEnd.push(() => peer.stop());
    const told = `file: { file: ${at.path('told')} }`;
    configure({ hook: "webhook: { url: 'http://nobody.invalid/hook', timeout: 5s }", told });
    daemon = await at.daemon();
    write(1);
    await eventually(() => lines('told').length === 1, 'the alert where nothing is wrong');
    const [id] = (await at.json('alerts', 'list')).map((alert) => String(alert['id']));
    await eventually(
      async () =>
        /nobody\.invalid|ENOTFOUND|EAI_AGAIN|resolve/i.test(
          (await run(at.args('alerts', 'why', id ?? ''))).stdout,
        ),
      'the reason',
    );
    configure({ hook: `webhook: { url: '${peer.url}', timeout: 5s }`, told });
    daemon.child.kill('SIGHUP');
    await eventually(() => peer.arrivals.length > 0, 'what waited');
    await eventually(allSent, 'the outcome');
    expect(peer.arrivals).toHaveLength(1);
    expect(lines('told')).toHaveLength(1);
  });

  test('a certificate that has expired: nothing is told to whoever shows it, and all to the one with a new one', async ({
    skip,
  }) => {
    for (const program of ['openssl', 'faketime'])
      skip(spawnSync('which', [program]).status !== 0, `not installed: ${program}`);
    const dir = at.path('tls');
    execFileSync('bash', [join(import.meta.dirname, '../peers/mkca.sh'), dir], { stdio: 'ignore' });
    const pem = (name: string): string => readFileSync(join(dir, name), 'utf8');
    const fresh = { key: pem('server.key'), cert: pem('server.pem') };
    writeFileSync(join(dir, 'old.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const inDir = (...command: readonly [string, ...string[]]): void =>
      void execFileSync(command[0], command.slice(1), { cwd: dir, stdio: 'ignore' });
    inDir('openssl', 'req', '-new', '-key', 'server.key', '-subj', '/CN=localhost', '-out', 'old.csr');
    inDir(
      'faketime',
      '-f',
      '-60d',
      'openssl',
      'x509',
      '-req',
      '-in',
      'old.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '30',
      '-extfile',
      'old.ext',
      '-out',
      'old.pem',
    );
    const bodies: string[] = [];
    const server = createTlsServer({ key: fresh.key, cert: pem('old.pem') }, (request, response) => {
      let body = '';
      request.on('data', (data) => (body += String(data)));
      request.on('end', () => {
        bodies.push(body);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    configure(
      { hook: `webhook: { url: 'https://localhost:${port}/hook', timeout: 5s }` },
      `tls: { ca-file: ${join(dir, 'ca.pem')} }`,
    );
    daemon = await at.daemon();
    write(1);
    await at.decided('needle', 'EXPIRED');
    expect(bodies).toEqual([]);
    server.setSecureContext(fresh);
    // That the certificate has expired is an alert, too.
    const told = (): readonly string[] => bodies.filter((body) => body.includes('"needle"'));
    await eventually(() => told().length > 0, 'what waited');
    await eventually(allSent, 'the outcome');
    expect(told()).toHaveLength(1);
  });
});

/** A peer in a process of its own, for a namespace: prints its port, and one line of JSON for each message. */
const lonePeer = `
const { appendFileSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    appendFileSync(process.argv[1], JSON.stringify([request.headers['idempotency-key'], body]) + '\\n');
    response.end('ok');
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

/** What came of one message: how often, in which shapes, and of which alert it told. */
interface Arrived {
  readonly times: number;
  readonly bodies: ReadonlySet<string>;
  readonly alert: string;
}

describe('a network that loses one packet in four', () => {
  const messages = size('LOSSY', 25, 500);

  test(
    `each of ${messages} messages comes, the same each time, and again only where its outcome was unknown`,
    async ({ skip }) => {
      const space = await openNamespace(0.25);
      if (typeof space === 'string') return skip(true, space);
      const peer = space.start([process.execPath, '-e', lonePeer, at.path('arrived')]);
      const port = await firstLine(peer);
      configure({ hook: `webhook: { url: 'http://127.0.0.1:${port}/hook', timeout: 3s }` });
      const program = space.start([process.execPath, main, ...at.args('run')]);
      await eventually(async () => (await at.status()) !== undefined, 'the daemon to answer');
      for (let number = 0; number < messages; number++) write(number);
      const arrived = (): ReadonlyMap<string, Arrived> => arrivedIn(lines('arrived'));
      await eventually(() => arrived().size >= messages, 'all messages', 150_000 + messages * 500);
      await eventually(allSent, 'all outcomes');
      const told = [...arrived().values()];
      expect(new Set(told.map(({ alert }) => alert)).size).toBe(messages);
      expect(await at.json('alerts', 'list', '--rule', 'needle', '--limit', '10000')).toHaveLength(messages);
      for (const { alert, times, bodies } of told) {
        expect(bodies.size, alert).toBe(1);
        const life = times > 1 ? await at.json('alerts', 'why', alert) : [];
        const unknown = life.filter(({ step }) => step === 'unknown').length;
        expect(unknown, `${alert} came ${times} times`).toBeGreaterThanOrEqual(times - 1);
      }
      const lost = space.lost();
      expect(lost).toBeGreaterThan(messages);
      const all = told.reduce((sum, { times }) => sum + times, 0);
      console.log(`${lost} packets lost, a quarter of all: ${messages} messages, ${all} arrivals`);
      program.kill('SIGTERM');
      expect(await new Promise((resolve) => program.once('exit', resolve))).toBe(0);
    },
    400_000 + messages * 1000,
  );
});

function arrivedIn(all: readonly string[]): ReadonlyMap<string, Arrived> {
  const arrived = new Map<string, Arrived>();
  for (const line of all) {
    const [key, body] = JSON.parse(line) as [string, string];
    const { times = 0, bodies = [] } = arrived.get(key) ?? {};
    const { id: alert } = JSON.parse(body) as { readonly id: string };
    arrived.set(key, {
      times: times + 1,
      bodies: new Set([...bodies, body]),
      alert,
    });
  }
  return arrived;
}

/** A network of its own in which loopback loses TCP packets. */
interface Namespace {
  start(command: readonly string[]): ChildProcess;
  /** Packets lost until now. */
  lost(): number;
}

/** Loses this share of all packets; a reason where this machine allows no such network. */
async function openNamespace(share: number): Promise<Namespace | string> {
  for (const program of ['unshare', 'nsenter', 'ip', 'iptables'])
    if (spawnSync('which', [program]).status !== 0) return `not installed: ${program}`;
  const lossy = `ip link set lo up && iptables -A INPUT -p tcp -m statistic --mode random --probability ${share} -j DROP`;
  const tried = spawnSync('unshare', ['--net', 'sh', '-c', lossy], { encoding: 'utf8' });
  if (tried.status !== 0) return `no network namespace with iptables here: ${tried.stderr.trim()}`;
  const holder = spawn('unshare', ['--net', 'sh', '-c', `${lossy} && echo up && exec sleep 3600`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  atEnd.push(() => void holder.kill('SIGKILL'));
  // Before it says so it may still be in our network, and whoever enters its one would stay in ours.
  expect(await firstLine(holder)).toBe('up');
  const entering = ['-t', String(holder.pid), '--net'];
  return {
    start(command) {
      const child = spawn('nsenter', [...entering, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
      atEnd.push(() => void child.kill('SIGKILL'));
      return child;
    },
    lost() {
      const counted = execFileSync('nsenter', [...entering, 'iptables', '-nvxL', 'INPUT'], {
        encoding: 'utf8',
      });
      return Number(/^\s*(\d+).*\bDROP\b/m.exec(counted)?.[1] ?? 0);
    },
  };
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.stdout?.once('data', (data: Buffer) => resolve(String(data).trim())));
