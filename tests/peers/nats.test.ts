import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { nats } from '../../src/channels/nats/nats.ts';
import { attemptAt, channelPorts, messageOf, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { hostileTexts } from './hostile-texts.ts';
import {
  daemonFolder,
  freePort,
  makeCertificates,
  type RealDaemon,
  secretFile,
  startDaemon,
  whyNot,
} from './real-daemon.ts';

const program = '/usr/sbin/nats-server';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

const users = `authorization { users = [
  { user: bird, password: "right one", permissions: { publish: ["alerts.>"], subscribe: ["_INBOX.>"] } }
  { user: admin, password: admin }
] }`;

describe.skipIf(why !== undefined)('the real nats-server', () => {
  let ports: TestPorts;
  let server: RealDaemon;
  let encrypted: RealDaemon;
  let port: number;
  let tls: number;
  let admin: NatsConnection;
  let got: (readonly [subject: string, payload: string])[] = [];

  const start = async (dir: string, port: number, more: string): Promise<RealDaemon> => {
    const config = `listen: "127.0.0.1:${port}"\n${users}\n${more}\n`;
    const file = secretFile(dir, 'nats.conf', config);
    return startDaemon({
      dir,
      command: [program, '-c', file],
      ready: (said) => said.includes('Server is ready'),
    });
  };

  beforeAll(async () => {
    port = await freePort();
    tls = await freePort();
    const dir = daemonFolder();
    server = await start(dir, port, `jetstream { store_dir: "${dir}/js" }`);
    const tlsDir = daemonFolder();
    ports = await channelPorts('https://x.test', { http: { ca: makeCertificates(tlsDir) } });
    const files = `cert_file: "${tlsDir}/server.pem", key_file: "${tlsDir}/server.key"`;
    encrypted = await start(tlsDir, tls, `tls { ${files} }`);
    admin = await connect({ servers: `127.0.0.1:${port}`, user: 'admin', pass: 'admin' });
    const stream = { name: 'KEPT', subjects: ['alerts.kept.>'], storage: 'file', duplicate_window: 60e9 };
    await admin.request('$JS.API.STREAM.CREATE.KEPT', JSON.stringify(stream));
    admin.subscribe('alerts.*.*', {
      callback: (_error, message) => void got.push([message.subject, message.string()]),
    });
    await admin.flush();
  });
  afterEach(() => (got = []));
  afterAll(async () => {
    await admin.close();
    await server.stop();
    await encrypted.stop();
    await ports.remove();
  });

  const open = (more: object = {}, password = 'right one'): Promise<Channel> =>
    nats.open(
      nats.options.parse({
        server: `nats://127.0.0.1:${port}`,
        user: 'bird',
        'password-file': secretFile(server.dir, `pw-${password.length}`, password),
        subject: 'alerts.{{ where | default: "none" }}.{{ rule }}',
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  test('takes a message, tells it on, and says so', async () => {
    const delivery = await (await open()).send(attemptAt('disk full'));
    expect(delivery).toEqual({ type: 'sent', receipt: 'flushed to the server' });
    await eventually(() => got.length === 1, 'the message', 30_000);
    expect(got[0]?.[0]).toBe('alerts.none.ssh-brute-force');
    expect(JSON.parse(got[0]?.[1] ?? '')).toMatchObject({ message: { text: 'disk full' } });
  });

  test('stores a message in a stream once, however often it is sent', async () => {
    const channel = await open({ subject: 'alerts.kept.{{ rule }}', stream: true });
    expect(await channel.send(attemptAt('x'))).toEqual({ type: 'sent', receipt: 'stored by KEPT' });
    const again = attemptAt('x', { attempt: 2, mayHaveArrived: true });
    expect(await channel.send(again)).toEqual({
      type: 'sent',
      receipt: 'stored by KEPT, which had it already',
    });
    const info = await admin.request('$JS.API.STREAM.INFO.KEPT');
    expect(info.json()).toMatchObject({ state: { messages: 1 } });
    expect(
      await (await open({ subject: 'alerts.nowhere', stream: true })).send(attemptAt('x')),
    ).toMatchObject({
      type: 'retry',
      reason: 'recipient',
    });
  });

  test.each(hostileTexts)('takes %s in the log as one message of one token', async (_what, text) => {
    const message = messageOf([text], { where: text.slice(0, 100) });
    const delivery = await (await open({ format: 'text' })).send(attemptAt(text, { message }));
    expect(delivery).toMatchObject({ type: 'sent' });
    await eventually(() => got.length > 0, 'the message', 30_000);
    expect(got).toEqual([
      [expect.stringMatching(/^alerts\.[^.*>\s\p{Cc}]+\.ssh-brute-force$/u), Buffer.from(text).toString()],
    ]);
  });

  test('is spoken to over TLS, by who can prove its name', async () => {
    const channel = await open({ server: `tls://localhost:${tls}` });
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'sent' });
    expect(await (await open({ server: `tls://127.0.0.1:${tls}` })).send(attemptAt('x'))).toMatchObject({
      type: 'sent',
    });
    const trusting = await channelPorts('https://x.test');
    const stranger = await nats.open(nats.options.parse({ server: `tls://localhost:${tls}` }), trusting);
    expect(await stranger.send(attemptAt('x'))).toMatchObject({ type: 'retry' });
    // TLS was asked for, and there is none.
    expect(await (await open({ server: `tls://localhost:${port}` })).send(attemptAt('x'))).toMatchObject({
      type: 'retry',
    });
    await trusting.remove();
  });

  test('tells a wrong password, and a subject that is not ours', async () => {
    expect(await (await open({}, 'wrong')).send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      reason: 'auth',
    });
    for (const stream of [false, true])
      expect(await (await open({ subject: 'others', stream })).send(attemptAt('x'))).toMatchObject({
        type: 'failed',
        reason: 'auth',
      });
    const signal = new AbortController().signal;
    expect(await (await open({}, 'wrong')).probe?.(signal)).toMatchObject({ ok: false });
    expect(await (await open()).probe?.(signal)).toMatchObject({ ok: true });
  });

  // The last one: the server does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const channel = await open();
    await admin.close();
    process.kill(server.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(['retry', 'unknown']).toContain((await sending).type);
    await server.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
