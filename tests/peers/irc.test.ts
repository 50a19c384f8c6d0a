import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { irc } from '../../src/channels/irc/irc.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { hostileTexts } from './hostile-texts.ts';
import {
  accepts,
  daemonFolder,
  freePort,
  makeCertificates,
  type RealDaemon,
  secretFile,
  startDaemon,
  whyNot,
} from './real-daemon.ts';

const program = '/usr/sbin/ngircd';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

/** A person who sits in #alerts and hears all that is said. */
interface Listener {
  lines(): readonly string[];
  /** A command, done when this settles. */
  command(line: string): Promise<void>;
  leave(): void;
}

describe.skipIf(why !== undefined)('the real ngircd', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;
  let tls: number;
  const open: Channel[] = [];
  const listeners: Listener[] = [];

  beforeAll(async () => {
    port = await freePort();
    tls = await freePort();
    const dir = daemonFolder();
    ports = await channelPorts('https://x.test', { http: { ca: makeCertificates(dir) } });
    const config = secretFile(
      dir,
      'ngircd.conf',
      `[Global]
Name = irc.test.local
Info = test
Listen = 127.0.0.1
Ports = ${port}
Password = server word
ServerUID = root
ServerGID = root
[Limits]
MaxConnectionsIP = 0
MaxNickLength = 20
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = ${dir}/server.pem
KeyFile = ${dir}/server.key
Ports = ${tls}
[Channel]
Name = #alerts
[Channel]
Name = #keyed
Modes = +k
Key = door
[Channel]
Name = #closed
Modes = +i
[Channel]
Name = #moderated
Modes = +m
`,
    );
    daemon = await startDaemon({
      dir,
      command: [program, '-n', '-f', config],
      ready: async () => (await accepts(port)) && accepts(tls),
    });
  });
  afterEach(async () => {
    for (const channel of open.splice(0)) await channel.close();
    for (const listener of listeners.splice(0)) listener.leave();
  });
  afterAll(async () => {
    await daemon.stop();
    await ports.remove();
  });

  const secret = (text: string): string => secretFile(daemon.dir, text.replaceAll(' ', '-'), text);
  async function channel(more: object = {}): Promise<Channel> {
    const options = irc.options.parse({
      server: `irc://127.0.0.1:${port}`,
      to: '#alerts',
      'server-password-file': secret('server word'),
      timeout: '30s',
      ...more,
    });
    const opened = await irc.open(options, ports);
    open.push(opened);
    return opened;
  }

  async function listen(nick: string, ...rooms: readonly string[]): Promise<Listener> {
    const socket: Socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (data: Buffer) => (heard += data.toString()));
    socket.on('error', () => undefined);
    const enter = rooms.map((room) => `JOIN ${room}\r\n`).join('');
    socket.write(`PASS :server word\r\nNICK ${nick}\r\nUSER ${nick} 0 * :x\r\n${enter}PING :ready\r\n`);
    await eventually(() => heard.includes('PONG'), 'the listener', 30_000);
    const listener = {
      lines: () =>
        heard
          .split('\r\n')
          .filter((line) => / (?:PRIVMSG|NOTICE) /.test(line) && !line.startsWith(':irc.test.local')),
      command: async (line: string) => {
        const before = heard.length;
        socket.write(`${line}\r\nPING :done\r\n`);
        await eventually(() => heard.includes('PONG', before), 'the command', 30_000);
      },
      leave: () => socket.destroy(),
    };
    listeners.push(listener);
    return listener;
  }

  test('takes a message to a channel and to a person, over one connection', async () => {
    const person = await listen('ops', '#alerts');
    const bot = await channel();
    expect(await bot.send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: 'PONG' });
    expect(await bot.send(attemptAt('again'))).toEqual({ type: 'sent', receipt: 'PONG' });
    const direct = await channel({ to: 'ops', notice: true, nick: 'other' });
    expect(await direct.send(attemptAt('you'))).toMatchObject({ type: 'sent' });
    await eventually(() => person.lines().length === 3, 'three messages', 30_000);
    expect(person.lines()).toEqual([
      expect.stringMatching(/^:sentinel!\S+ PRIVMSG #alerts :disk full$/),
      expect.stringMatching(/^:sentinel!\S+ PRIVMSG #alerts :again$/),
      expect.stringMatching(/^:other!\S+ NOTICE ops :you$/),
    ]);
  });

  test('takes whatever stands in the log as one line', async () => {
    const person = await listen('ops', '#alerts', '#other');
    const bot = await channel({ nick: 'bird' });
    for (const [, text] of hostileTexts)
      expect(await bot.send(attemptAt(text))).toEqual({ type: 'sent', receipt: 'PONG' });
    await eventually(() => person.lines().length >= hostileTexts.length, 'the messages', 30_000);
    expect(person.lines()).toHaveLength(hostileTexts.length);
    for (const line of person.lines()) {
      expect(line).toMatch(/^:bird!\S+ PRIVMSG #alerts :[^\p{Cc}]+$/u);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
    }
    expect(person.lines().at(-1)).toMatch(/…$/);
  });

  test('is spoken to over TLS, under another name when ours is taken', async () => {
    const person = await listen('ops', '#alerts');
    await listen('sentinel');
    const bot = await channel({ server: `ircs://localhost:${tls}` });
    expect(await bot.send(attemptAt('x'))).toMatchObject({ type: 'sent' });
    await eventually(() => person.lines().length === 1, 'the message', 30_000);
    expect(person.lines()[0]).toMatch(/^:sentinel_!/);
    const stranger = await irc.open(irc.options.parse({ server: `ircs://localhost:${tls}`, to: '#alerts' }), {
      ...ports,
      http: {},
    });
    expect(await stranger.send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      detail: expect.stringContaining('certificate'),
    });
    await stranger.close();
  });

  test('tells who does not exist, and who is not let in', async () => {
    const key = { 'channel-key-file': secret('door') };
    expect(await (await channel({ to: '#keyed', ...key })).send(attemptAt('x'))).toMatchObject({
      type: 'sent',
    });
    for (const to of ['nobody', '#closed', '#keyed', '#moderated'])
      expect(await (await channel({ to })).send(attemptAt('x'))).toMatchObject({
        type: 'failed',
        reason: 'recipient',
      });
  });

  test('enters anew when it was thrown out', async () => {
    const person = await listen('ops', '#adhoc');
    await person.command('MODE #adhoc +n');
    const bot = await channel({ to: '#adhoc' });
    expect(await bot.send(attemptAt('one'))).toMatchObject({ type: 'sent' });
    await person.command('KICK #adhoc sentinel :out');
    expect(await bot.send(attemptAt('two'))).toMatchObject({ type: 'retry', reason: 'recipient' });
    expect(await bot.send(attemptAt('two'))).toMatchObject({ type: 'sent' });
    await eventually(() => person.lines().length === 2, 'both messages', 30_000);
    expect(person.lines().map((line) => line.split(' :').at(-1))).toEqual(['one', 'two']);
  });

  test('tells a wrong password, and a login that is not offered', async () => {
    const wrong = await channel({ 'server-password-file': secret('wrong word') });
    const refused = await wrong.send(attemptAt('x'));
    expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(JSON.stringify(refused)).not.toContain('wrong word');
    const login = await channel({ user: 'bird', 'password-file': secret('right one') });
    expect(await login.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'auth' });
  });

  // The last one: the server does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const bot = await channel();
    expect(await bot.send(attemptAt('x'))).toMatchObject({ type: 'sent' });
    process.kill(daemon.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = bot.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(await sending).toMatchObject({ type: 'unknown' });
    await daemon.kill();
    expect(await bot.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});

test('no password leaves in the open', () => {
  const given = { to: '#a', 'password-file': join('/etc', 'x'), user: 'bird' };
  expect(irc.options.safeParse({ ...given, server: 'irc://irc.example.org' }).success).toBe(false);
  expect(irc.options.safeParse({ ...given, server: 'ircs://irc.example.org' }).success).toBe(true);
  const server = { server: 'irc://irc.example.org', to: '#a', 'server-password-file': '/etc/x' };
  expect(irc.options.safeParse(server).success).toBe(false);
  expect(irc.options.safeParse({ server: 'irc://irc.example.org', to: '#a' }).success).toBe(true);
});
