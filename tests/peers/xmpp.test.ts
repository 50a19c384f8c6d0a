import { type Client, client, xml } from '@xmpp/client';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { logIn } from '../../src/channels/xmpp/login.ts';
import { secureSocket } from '../../src/channels/xmpp/secure-socket.ts';
import { xmpp } from '../../src/channels/xmpp/xmpp.ts';
import { millis } from '../../src/model/time.ts';
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

const program = '/usr/bin/prosody';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

describe.skipIf(why !== undefined)('the real prosody', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;
  let tls: number;
  let got: { readonly from: string; readonly type: string; readonly body: string }[] = [];
  let ops: Client | undefined;

  beforeAll(async () => {
    [port, tls] = [await freePort(), await freePort()];
    const dir = daemonFolder();
    const ca = makeCertificates(dir);
    ports = await channelPorts('https://x.test', { http: { ca } });
    const accounts = join(dir, 'data/localhost/accounts');
    mkdirSync(accounts, { recursive: true });
    for (const user of ['bird', 'ops'])
      writeFileSync(join(accounts, `${user}.dat`), `return { ["password"] = "${user} word"; };\n`);
    const pem = `certificate = "${dir}/server.pem", key = "${dir}/server.key"`;
    writeFileSync(
      join(dir, 'prosody.cfg.lua'),
      `daemonize = false
pidfile = "${dir}/prosody.pid"
data_path = "${dir}/data"
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = { ${tls} }
c2s_direct_tls_ssl = { ${pem} }
s2s_ports = {}
s2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "saslauth", "tls", "disco", "ping", "offline", "smacks" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = true
allow_unencrypted_plain_auth = false
ssl = { ${pem} }
log = { { levels = { min = "info" }, to = "console" } }
VirtualHost "localhost"
  ssl = { ${pem} }
Component "rooms.localhost" "muc"
  restrict_room_creation = false
  muc_room_locking = false
`,
    );
    spawnSync('chown', ['-R', 'prosody:prosody', dir]);
    chmodSync(dir, 0o755);
    const user = ['--reuid=prosody', '--regid=prosody', '--init-groups'];
    daemon = await startDaemon({
      dir,
      command: ['/usr/bin/setpriv', ...user, program, '-F', '--config', join(dir, 'prosody.cfg.lua')],
      ready: async () => (await accepts(port)) && (await accepts(tls)),
    });
    ops = await listener(ca);
  });
  afterEach(() => (got = []));
  afterAll(async () => {
    await ops?.stop();
    await daemon.stop();
    await ports.remove();
  });

  /** `ops` at the server and in the room. */
  async function listener(ca: string): Promise<Client> {
    const server = { domain: 'localhost', host: '127.0.0.1', port, security: 'starttls' } as const;
    const socket = await secureSocket(server, createSecureContext({ ca }), () => undefined);
    const account = { user: 'ops', domain: 'localhost', password: 'ops word', timeoutMs: millis(30_000) };
    const course = { leaves: () => undefined, atEnd: () => undefined };
    const made = await logIn({ client, xml }, socket, account, course);
    made.on('stanza', (stanza) => {
      if (stanza.name !== 'message' || stanza.getChild('body') === undefined) return;
      const { from = '', type = '' } = stanza.attrs as { from?: string; type?: string };
      got.push({ from, type, body: stanza.getChildText('body') ?? '' });
    });
    await made.send(xml('presence'));
    const muc = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
    await made.send(xml('presence', { to: 'alerts@rooms.localhost/ops' }, muc));
    return made;
  }

  const secret = (text: string): string => secretFile(ports.stateDirectory, text.replaceAll(' ', '-'), text);
  const open = (more: object = {}): Promise<Channel> =>
    xmpp.open(
      xmpp.options.parse({
        jid: 'bird@localhost',
        'password-file': secret('bird word'),
        server: `xmpp://127.0.0.1:${port}`,
        ...('room' in more ? {} : { to: 'ops@localhost' }),
        ...more,
      }),
      ports,
    );

  test('takes a message to a person', async () => {
    expect(await (await open()).send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: 'taken' });
    await eventually(() => got.length === 1, 'the message', 30_000);
    expect(got).toEqual([
      { from: expect.stringMatching(/^bird@localhost\//), type: 'chat', body: 'disk full' },
    ]);
  });

  test('takes a message to a room, over TLS from the start', async () => {
    const channel = await open({ room: 'alerts@rooms.localhost', server: `xmpps://127.0.0.1:${tls}` });
    for (const text of ['one', 'two'])
      expect(await channel.send(attemptAt(text))).toEqual({ type: 'sent', receipt: 'the room has it' });
    await eventually(() => got.length === 2, 'the messages', 30_000);
    expect(got.map(({ from, body }) => [from, body])).toEqual([
      ['alerts@rooms.localhost/sentinel', 'one'],
      ['alerts@rooms.localhost/sentinel', 'two'],
    ]);
  });

  test.each(hostileTexts)('takes %s in the log as one text', async (_what, text) => {
    expect(await (await open()).send(attemptAt(text))).toMatchObject({ type: 'sent' });
    await eventually(() => got.length > 0, 'the message', 30_000);
    expect(got).toHaveLength(1);
    expect(got[0]?.body).toMatch(/^[^\p{Surrogate}\u0000-\u0008\u000b-\u001f]+$/u);
    expect(got[0]?.body.length).toBeGreaterThan(text.length / 2);
  });

  test('tells who does not exist, and who is not let in', async () => {
    const nobody = await (await open({ to: 'nobody@localhost' })).send(attemptAt('x'));
    expect(nobody).toMatchObject({ type: 'failed', reason: 'recipient' });
    const elsewhere = await (await open({ room: 'x@elsewhere.invalid' })).send(attemptAt('x'));
    expect(elsewhere).toMatchObject({ type: 'failed', reason: 'recipient' });
    const taken = await (await open({ room: 'alerts@rooms.localhost', nick: 'ops' })).send(attemptAt('x'));
    expect(taken).toMatchObject({ type: 'retry', reason: 'recipient' });
  });

  test('tells a wrong password, and speaks to nobody it cannot trust', async () => {
    const channel = await open({ 'password-file': secret('wrong word') });
    const refused = await channel.send(attemptAt('x'));
    expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
    const signal = new AbortController().signal;
    expect(await channel.probe?.(signal)).toMatchObject({ ok: false });
    expect(await (await open()).probe?.(signal)).toMatchObject({ ok: true });
    const stranger = await xmpp.open(
      xmpp.options.parse({
        jid: 'bird@localhost',
        'password-file': secret('bird word'),
        server: `xmpp://127.0.0.1:${port}`,
        to: 'ops@localhost',
      }),
      { ...ports, http: {} },
    );
    expect(await stranger.send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      detail: expect.stringContaining('certificate'),
    });
  });

  // The last one: the server does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nothing was sent', async () => {
    const channel = await open();
    process.kill(daemon.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(await sending).toMatchObject({ type: 'retry' });
    await daemon.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
