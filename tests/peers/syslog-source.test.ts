import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createParser } from '../../src/parse/event.ts';
import { createSyslogWire } from '../../src/sources/syslog/framing.ts';
import { receive } from '../../src/sources/net/receive.ts';
import { syslogKind } from '../../src/sources/syslog/kind.ts';
import { size } from '../size.ts';
import { forwardings, startSender, whyNoForwarding, type RsyslogSender } from './rsyslog-sender.ts';
import { eventually } from './eventually.ts';
import { freePort } from './smtp-peers.ts';
import { openSession, type SourceSession } from './source-session.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let certificates = '';
const sessions: SourceSession[] = [];
const senders: RsyslogSender[] = [];

beforeAll(() => {
  certificates = mkdtempSync(join(tmpdir(), 'syslog-tls-'));
  execFileSync('bash', [join(import.meta.dirname, 'mkca.sh'), certificates], { stdio: 'ignore' });
  execFileSync('bash', [join(import.meta.dirname, 'mkclient.sh'), certificates, 'client.test'], {
    stdio: 'ignore',
  });
});
afterAll(() => rmSync(certificates, { recursive: true, force: true }));
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
});

const file = (name: string): string => join(certificates, name);
const serverTls = (): object => ({ 'cert-file': file('server.pem'), 'key-file': file('server.key') });

let counter = 0;

/** Listens; the name is another each time, unless one is given. */
async function listen(
  syslog: object,
  options: Parameters<typeof openSession>[1] = {},
  name = `in-${String(counter++)}`,
): Promise<SourceSession> {
  const read = syslogKind.options.parse({ syslog });
  const pace = { tend: 50, reopen: 50 };
  const session = openSession(
    (ports) =>
      receive('syslog', read, ({ maxMessage }) => createSyslogWire(maxMessage), { ...ports, name }, pace),
    options,
  );
  sessions.push(session);
  await session.until(() => session.conditions().length > 0, 'a condition');
  return session;
}

async function sendTcp(port: number, ...parts: readonly (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  socket.end();
  await once(socket, 'close');
}

describe.each(forwardings)('rsyslog forwards by %s', (how) => {
  const missing = whyNoForwarding(how);
  test.skipIf(missing !== undefined)(
    `every message as it was said${missing === undefined ? '' : ` (${missing})`}`,
    async () => {
      const port = await freePort();
      const over = how.startsWith('udp') ? 'udp' : how.includes('tls') ? 'tls' : 'tcp';
      const clients = how.startsWith('mtls') ? { 'ca-file': file('ca.pem'), names: ['client.test'] } : {};
      const tls = over === 'tls' ? { tls: { ...serverTls(), ...clients } } : {};
      const session = await listen({ listen: `${over}://127.0.0.1:${String(port)}`, ...tls });
      const sender = await startSender(how, port, certificates);
      senders.push(sender);
      const said = ['hello', 'ümläut 5 <1>', '12 x', 'a'.repeat(900)];
      for (const text of said) sender.log(text);
      await session.untilRecords(said.length);
      const parser = createParser({ format: 'auto', zone: 'UTC' });
      const events = session
        .records()
        .map(
          ({ text, facts, chunk }) =>
            parser.parse(text, chunk, 0, facts === undefined ? undefined : { facts }).event,
        );
      expect(events.map(({ text }) => text.trimStart())).toEqual(said);
      for (const event of events) {
        expect(event).toMatchObject({ host: 'rsys1', program: 'app', severity: 'err' });
        expect(event.fields).toMatchObject({
          facility: 'local0',
          peer: '127.0.0.1',
          ...(how.startsWith('mtls') ? { peer_name: 'client.test' } : {}),
        });
      }
      expect(session.notices()).toEqual([]);
    },
  );
});

describe('logger', () => {
  test.each([
    ['udp', ['-d', '--rfc3164']],
    ['udp', ['-d']],
    ['tcp', ['-T']],
    ['tcp', ['-T', '--octet-count']],
    ['unix', []],
  ])('over %s with %j', async (over, options) => {
    const port = await freePort();
    const path = file(`logger-${String(counter)}.sock`);
    const where = over === 'unix' ? `unix:${path}` : `${over}://127.0.0.1:${String(port)}`;
    const session = await listen({ listen: where });
    const to = over === 'unix' ? ['-u', path] : ['-n', '127.0.0.1', '-P', String(port)];
    execFileSync('logger', [...to, ...options, '-t', 'tool', 'said by logger']);
    await session.untilRecords(1);
    expect(session.texts()[0]).toMatch(/^<13>.*tool.*said by logger$/);
  });

  test("glibc's syslog(3) takes a stream socket, too, and ends messages with NUL", async () => {
    const path = file('dev-log.sock');
    const session = await listen({ listen: `unix:${path}`, mode: '0600' });
    // perl calls the same socket as syslog(3) does: a datagram socket first, then a stream.
    const script =
      'use Socket; socket(my $s,AF_UNIX,SOCK_STREAM,0); connect($s,pack_sockaddr_un($ARGV[0])) or die; syswrite $s,"<13>one\\0<14>two\\0"';
    expect(spawnSync('perl', ['-e', script, path]).status).toBe(0);
    await session.untilRecords(2);
    expect(session.texts()).toEqual(['<13>one', '<14>two']);
  });
});

describe('who may send', () => {
  async function knock(
    port: number,
    client: { readonly cert?: Buffer; readonly key?: Buffer } = {},
  ): Promise<void> {
    const ca = readFileSync(file('ca.pem'));
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca, ...client });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await Promise.race([new Promise((resolve) => socket.once('secureConnect', resolve)), closed]);
    socket.end('<13>knock\n');
    await closed;
  }
  const client = () => ({ cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) });
  const selfSigned = () => {
    const [key, cert] = [file('self.key'), file('self.pem')];
    const subject = ['-subj', '/CN=client.test', '-keyout', key, '-out', cert];
    if (!existsSync(cert))
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject],
        { stdio: 'ignore' },
      );
    return { cert: readFileSync(cert), key: readFileSync(key) };
  };

  async function outcome(rules: object, who: Parameters<typeof knock>[1]): Promise<string> {
    const port = await freePort();
    const session = await listen({
      listen: `tls://127.0.0.1:${String(port)}`,
      tls: { ...serverTls(), ...rules },
    });
    await knock(port, who);
    await session.until(() => session.texts().length + session.notices().length > 0, 'an outcome');
    return session.texts()[0] ?? session.notices()[0]?.text ?? '';
  }

  test('with a certificate of the authority, by name, by fingerprint; nobody else', async () => {
    const ca = { 'ca-file': file('ca.pem') };
    const fingerprints = [new X509Certificate(selfSigned().cert).fingerprint256];
    expect(await outcome({}, {})).toBe('<13>knock');
    expect(await outcome(ca, client())).toBe('<13>knock');
    expect(await outcome({ ...ca, names: ['client.test'] }, client())).toBe('<13>knock');
    expect(await outcome({ ...ca, names: ['other.test'] }, client())).toContain('not an allowed name');
    expect(await outcome(ca, {})).toContain('connections failed');
    expect(await outcome(ca, selfSigned())).toContain('connections failed');
    expect(await outcome({ fingerprints }, selfSigned())).toBe('<13>knock');
    expect(await outcome({ fingerprints }, client())).toContain('not trusted');
    expect(await outcome({ fingerprints }, {})).toContain('no certificate');
  });

  test('addresses, and how many connections', async () => {
    const port = await freePort();
    const session = await listen({ listen: `tcp://127.0.0.1:${String(port)}`, from: ['10.0.0.0/8'] });
    await sendTcp(port, '<13>x\n').catch(() => undefined);
    await session.until(() => session.notices().length > 0, 'a notice');
    expect(session.notices()[0]).toMatchObject({ code: 'source.refused' });
    expect(session.texts()).toEqual([]);

    const other = await freePort();
    const few = await listen({ listen: `tcp://127.0.0.1:${String(other)}`, connections: 2 });
    const held = [connect(other, '127.0.0.1'), connect(other, '127.0.0.1')];
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    for (const socket of held) socket.write('<13>here\n');
    await few.untilRecords(2);
    await sendTcp(other, '<13>late\n').catch(() => undefined);
    await few.until(() => few.notices().length > 0, 'a notice');
    expect(few.notices()[0]?.text).toContain('as many as `connections` allows');
    for (const socket of held) socket.destroy();
  });

  test('a sender has one address, over TCP and UDP, where both are heard by IPv6', async ({ skip }) => {
    const port = await freePort();
    const session = await listen({ listen: [`udp://[::]:${String(port)}`, `tcp://[::]:${String(port)}`] });
    skip(session.conditions().includes('unreadable'), 'no IPv6 here');
    await sendTcp(port, '<13>x\n');
    const socket = createSocket('udp4');
    socket.send('<13>y', port, '127.0.0.1', () => socket.close());
    await session.untilRecords(2);
    expect(session.records().map(({ facts }) => facts?.fields?.['peer'])).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  test('a key that everybody can read is refused, and so are certificates that are not there', async () => {
    const open = file('open.key');
    writeFileSync(open, readFileSync(file('server.key')), { mode: 0o644 });
    for (const key of [open, file('absent.key')]) {
      const port = await freePort();
      const tls = { ...serverTls(), 'key-file': key };
      const session = await listen({ listen: `tls://127.0.0.1:${String(port)}`, tls });
      await session.untilCondition('unreadable');
      expect(session.notices()[0]).toMatchObject({ code: 'source.unreadable', alert: true });
      await session.stop();
    }
  });
});

test('a UNIX socket whose name was taken away is there again, and its connections stay', async () => {
  const path = file('taken.sock');
  const session = await listen({ listen: `unix:${path}` });
  const first = connect(path);
  await once(first, 'connect');
  rmSync(path);
  await session.until(() => existsSync(path), 'the name of the socket');
  await eventually(async () => {
    const second = connect(path);
    const isOpen = (await once(second, 'connect').catch(() => undefined)) !== undefined;
    second.end('<13>second\n');
    return isOpen;
  }, 'a connection');
  first.end('<13>first\n');
  await session.untilRecords(2);
  expect(session.texts().toSorted()).toEqual(['<13>first', '<13>second']);
});

describe('more than is worked off', () => {
  test('what was received is worked off before the source is closed', async () => {
    const port = await freePort();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const session = await listen({ listen: `tcp://127.0.0.1:${String(port)}` }, { gate: () => gate });
    const sent = Array.from({ length: 500 }, (_, index) => `<13>m${String(index)}`);
    // The receiver closes its side when it has read all.
    await sendTcp(port, `${sent.join('\n')}\n`);
    const stopped = session.stop();
    release();
    await stopped;
    expect(session.texts()).toEqual(sent);
  });

  test('over TCP the sender waits, and nothing is lost', async () => {
    const port = await freePort();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const session = await listen(
      { listen: `tcp://127.0.0.1:${String(port)}`, buffer: '64KiB' },
      { gate: () => gate },
    );
    const count = size('SYSLOG_FLOOD', 30_000, 500_000);
    const lines = Array.from(
      { length: count },
      (_, index) => `<13>message ${String(index)} ${'x'.repeat(200)}\n`,
    );
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(lines.join(''));
    await session.until(() => socket.writableLength > 0 || socket.writableFinished, 'the flood');
    release();
    await session.untilRecords(count);
    expect(session.texts().every((text, index) => text.startsWith(`<13>message ${String(index)} `))).toBe(
      true,
    );
    expect(session.notices()).toEqual([]);
  });

  test('over UDP what there is no room for is counted: here, and in the kernel', async () => {
    const port = await freePort();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    // Each look at the clock is minutes after the one before, so every count is told at once.
    let time = 1.8e12;
    const options = { gate: () => gate, now: () => (time += 100_000) };
    const session = await listen({ listen: `udp://127.0.0.1:${String(port)}`, buffer: '64KiB' }, options);
    const socket = createSocket('udp4');
    const send = (text: string): Promise<void> =>
      new Promise((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()));
    const [few, many] = [2000, 20_000];
    for (let index = 0; index < few; index += 1) {
      await send(`<13>${String(index)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // These come while nobody listens: not one turn of the loop lies between them.
    for (let index = 0; index < many; index += 1) await send(`<13>${'x'.repeat(100)}`);
    socket.close();
    release();
    const counted = (what: string): number =>
      session
        .notices()
        .reduce((sum, { text }) => sum + Number(new RegExp(`: (\\d+) ${what} were`).exec(text)?.[1] ?? 0), 0);
    const all = (): number => session.records().length + counted('messages') + counted('datagrams');
    await session.until(() => all() >= few + many, 'all of them, here or counted');
    expect(all()).toBe(few + many);
    expect(session.records().length).toBeGreaterThan(0);
    expect(counted('messages')).toBeGreaterThan(0);
    expect(counted('datagrams')).toBeGreaterThan(0);
    expect(session.notices()[0]).toMatchObject({ code: 'source.dropped', alert: true });
  });

  test('one sender over its rate is cut short', async () => {
    const port = await freePort();
    const session = await listen({ listen: `tcp://127.0.0.1:${String(port)}`, rate: 10 });
    await sendTcp(port, Array.from({ length: 1000 }, (_, index) => `<13>${String(index)}\n`).join(''));
    await session.until(() => session.notices().length > 0, 'a notice');
    expect(session.notices()[0]?.text).toContain('more than `rate` a second');
    expect(session.records().length).toBeLessThan(100);
  });
});

describe('closing and opening again', () => {
  test('connections stay, and what comes meanwhile is there', async () => {
    const port = await freePort();
    const where = { listen: [`tcp://127.0.0.1:${String(port)}`, `udp://127.0.0.1:${String(port)}`] };
    const first = await listen(where, {}, 'kept');
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('<13>one\n<13>tw');
    await first.untilRecords(1);
    await first.stop();
    socket.write('o\n');
    const second = await listen(where, {}, 'kept');
    await second.untilRecords(1);
    socket.end('<13>three');
    await second.untilRecords(2);
    expect([...first.texts(), ...second.texts()]).toEqual(['<13>one', '<13>two', '<13>three']);
    await second.stop();
    const elsewhere = await listen({ listen: `tcp://127.0.0.1:${String(port)}` }, {}, 'kept');
    expect(elsewhere.conditions()).toEqual(['atEnd']);
  });

  test('an address that somebody else has is told once and had as soon as it can be', async () => {
    const port = await freePort();
    const where = { listen: `tcp://127.0.0.1:${String(port)}` };
    const first = await listen(where, {}, 'had');
    const second = await listen(where, {}, 'wanted');
    expect(second.conditions()).toEqual(['unreadable']);
    expect(second.notices()).toHaveLength(1);
    expect(second.notices()[0]?.text).toContain('EADDRINUSE');
    await first.stop();
    const third = await listen({ listen: `tcp://127.0.0.1:${String(await freePort())}` }, {}, 'had');
    await second.untilCondition('atEnd');
    expect(second.notices()).toHaveLength(1);
    expect(third.conditions()).toEqual(['atEnd']);
  });

  test('without following there is nothing to read', async () => {
    const session = await listen({ listen: 'tcp://127.0.0.1:1' }, { follow: false });
    await session.ended;
    expect(session.outputs).toEqual([{ type: 'condition', stream: 'syslog', condition: 'atEnd' }]);
  });
});
