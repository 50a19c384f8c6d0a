import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { mqtt } from '../../src/channels/mqtt/mqtt.ts';
import { attemptAt, channelPorts, messageOf, type TestPorts } from './channel-ports.ts';
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

const passwords = '/usr/bin/mosquitto_passwd';
const why = whyNot('/usr/sbin/mosquitto', '/usr/bin/mosquitto_sub', passwords);
if (why !== undefined) console.warn(`skipped: ${why}`);

describe.skipIf(why !== undefined)('the real mosquitto', () => {
  let ports: TestPorts;
  let broker: RealDaemon;
  let port: number;
  let tls: number;
  const listeners: RealDaemon[] = [];

  beforeAll(async () => {
    port = await freePort();
    const dir = daemonFolder();
    const ca = makeCertificates(dir);
    ports = await channelPorts('https://x.test', { http: { ca } });
    spawnSync(passwords, ['-b', '-c', join(dir, 'passwords'), 'bird', 'right one']);
    const tlsPort = await freePort();
    const config = daemonFolder({
      acl: 'user bird\ntopic readwrite alerts/#\n',
      'mosquitto.conf': `
per_listener_settings false
allow_anonymous false
password_file ${dir}/passwords
acl_file ${dir}/acl
user root
log_dest stderr
log_type all
listener ${port} 127.0.0.1
listener ${tlsPort} 127.0.0.1
certfile ${dir}/server.pem
keyfile ${dir}/server.key
`,
    });
    spawnSync('cp', [join(config, 'acl'), join(config, 'mosquitto.conf'), dir]);
    spawnSync('rm', ['-r', config]);
    tls = tlsPort;
    broker = await startDaemon({
      dir,
      command: ['/usr/sbin/mosquitto', '-c', join(dir, 'mosquitto.conf')],
      ready: async () => (await accepts(port)) && accepts(tlsPort),
    });
  });
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.stop();
  });
  afterAll(async () => {
    await broker.stop();
    await ports.remove();
  });
  const open = (more: object = {}, password = 'right one'): Promise<Channel> =>
    mqtt.open(
      mqtt.options.parse({
        server: `mqtt://127.0.0.1:${port}`,
        user: 'bird',
        'password-file': secretFile(broker.dir, `pw-${password.length}`, password),
        topic: 'alerts/{{ where | default: "none" }}/{{ rule }}',
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  /** All that comes to a topic, a line of hexadecimal digits each: topic, blank, payload. */
  async function listen(
    topic: string,
  ): Promise<() => readonly (readonly [topic: string, payload: string])[]> {
    const login = ['-u', 'bird', '-P', 'right one'];
    const before = broker.output().length;
    const listener = await startDaemon({
      dir: daemonFolder(),
      command: [
        '/usr/bin/mosquitto_sub',
        '-p',
        String(port),
        ...login,
        '-t',
        topic,
        '-q',
        '1',
        '-F',
        '%t %x',
      ],
      ready: () => broker.output().includes('Sending SUBACK', before),
    });
    listeners.push(listener);
    return () =>
      listener
        .output()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const at = line.lastIndexOf(' ');
          return [line.slice(0, at), Buffer.from(line.slice(at + 1), 'hex').toString()] as const;
        });
  }

  test('takes a message, tells it on, and says so', async () => {
    const got = await listen('alerts/#');
    expect(await (await open()).send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: 'PUBACK' });
    await eventually(() => got().length === 1, 'the message', 30_000);
    expect(got()[0]?.[0]).toBe('alerts/none/ssh-brute-force');
    expect(JSON.parse(got()[0]?.[1] ?? '')).toMatchObject({
      rule: 'ssh-brute-force',
      message: { text: 'disk full', idempotencyKey: '7ZK3M9QX2A-phone' },
    });
  });

  test.each(hostileTexts)('takes %s in the log as one message on one level', async (_what, text) => {
    const got = await listen('alerts/+/ssh-brute-force');
    const channel = await open({ format: 'text' });
    const where = text.slice(0, 100);
    const delivery = await channel.send(attemptAt(text, { message: messageOf([text], { where }) }));
    expect(delivery).toEqual({ type: 'sent', receipt: 'PUBACK' });
    await eventually(() => got().length === 1, 'the message', 30_000);
    expect(got()[0]?.[0]).toMatch(/^alerts\/[^+#/$\p{Cc}]+\/ssh-brute-force$/u);
    expect(got()[0]?.[1]).toBe(Buffer.from(text).toString());
  });

  test('keeps a message for who comes later, over TLS', async () => {
    const channel = await open({ server: `mqtts://localhost:${tls}`, retain: true, topic: 'alerts/kept' });
    expect(await channel.send(attemptAt('kept'))).toMatchObject({ type: 'sent' });
    const got = await listen('alerts/kept');
    await eventually(() => got().length === 1, 'the message', 30_000);
    const stranger = await mqtt.open(
      mqtt.options.parse({ server: `mqtts://localhost:${tls}` }),
      await channelPorts('https://x.test'),
    );
    expect(await stranger.send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      detail: expect.stringContaining('certificate'),
    });
  });

  test('says that nobody listens, and that a topic is not ours', async () => {
    expect(await (await open()).send(attemptAt('x'))).toEqual({
      type: 'sent',
      receipt: 'PUBACK; nobody listens to the topic',
    });
    expect(await (await open({ topic: 'others' })).send(attemptAt('x'))).toMatchObject({
      type: 'failed',
      reason: 'auth',
    });
  });

  test.each([4, 5])('tells a wrong password (protocol version %d)', async (version) => {
    const channel = await open({ 'protocol-version': version }, 'wrong');
    const refused = await channel.send(attemptAt('x'));
    expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(await channel.probe?.(new AbortController().signal)).toMatchObject({ ok: false });
    expect(await (await open()).probe?.(new AbortController().signal)).toMatchObject({ ok: true });
  });

  // The last one: the broker does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const channel = await open();
    process.kill(broker.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(['retry', 'unknown']).toContain((await sending).type);
    await broker.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
