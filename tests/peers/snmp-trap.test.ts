import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { createModuleStore, OidFormat } from 'net-snmp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { objectsOf } from '../../src/channels/snmp-trap/objects.ts';
import { snmpTrap } from '../../src/channels/snmp-trap/snmp-trap.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { hostileTexts } from './hostile-texts.ts';
import { daemonFolder, type RealDaemon, secretFile, startDaemon, whyNot } from './real-daemon.ts';

const program = '/usr/sbin/snmptrapd';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

const engineId = '80007ED903626972642D31';
const root = '.1.3.6.1.4.1.32473.1';

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(() => resolve()));
  return port;
}

describe.skipIf(why !== undefined)('the real snmptrapd', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;

  beforeAll(async () => {
    ports = await channelPorts('https://x.test');
    port = await freeUdpPort();
    const dir = daemonFolder({
      'snmptrapd.conf': `
authCommunity log hush
createUser bird SHA-256 "right password" AES "private password"
createUser -e 0x${engineId} trapper SHA-256 "right password" AES "private password"
authUser log bird priv
authUser log trapper priv
`,
    });
    daemon = await startDaemon({
      dir,
      command: [
        program,
        '-f',
        '-Le',
        '-OnQx',
        '-C',
        '-c',
        join(dir, 'snmptrapd.conf'),
        `udp:127.0.0.1:${port}`,
      ],
      env: { SNMP_PERSISTENT_DIR: dir },
      ready: (said) => said.includes('NET-SNMP version'),
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await ports.remove();
  });

  const secret = (text: string): string => secretFile(daemon.dir, text.replaceAll(' ', '-'), text);
  const open = (more: object = {}): Promise<Channel> =>
    snmpTrap.open(
      snmpTrap.options.parse({
        server: '127.0.0.1',
        port,
        user: 'bird',
        'auth-password-file': secret('right password'),
        'privacy-password-file': secret('private password'),
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  /** What it wrote since: the notification's and the objects' last numbers, with the bytes of the texts. */
  const written = (since: number): { readonly [oid: string]: string } => {
    const said = daemon.output().slice(since).replaceAll(/ \n/g, ' ');
    const found = [...said.matchAll(/(\.1\.3\.6[.\d]+) = (?:"((?:[0-9A-F]{2} ?)*)"|([.\d]+))/g)];
    return Object.fromEntries(
      found.map(([, oid = '', hex, plain]) => [
        oid.replace(root, ''),
        plain?.replace(root, '') ?? Buffer.from((hex ?? '').replaceAll(' ', ''), 'hex').toString(),
      ]),
    );
  };
  const arrived = async (since: number): Promise<{ readonly [oid: string]: string }> => {
    await eventually(() => Object.keys(written(since)).length >= 11, 'the notification', 30_000);
    return written(since);
  };

  const objects = {
    '.1.3.6.1.6.3.1.1.4.1.0': '.0.1',
    '.1.1.0': '7ZK3M9QX2A',
    '.1.2.0': 'ssh-brute-force',
    '.1.3.0': '203.0.113.9',
    '.1.4.0': '3',
    '.1.6.0': '5',
    '.1.9.0': 'disk full',
  };

  test('confirms an inform of version 3', async () => {
    const since = daemon.output().length;
    expect(await (await open()).send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: 'confirmed' });
    expect(await arrived(since)).toMatchObject(objects);
  });

  test.each([
    ['an inform of version 2c', { version: '2c', inform: true }, 'confirmed'],
    ['a trap of version 2c', { version: '2c', inform: false }, 'handed to the network'],
    [
      'a trap of version 3',
      { user: 'trapper', inform: false, 'engine-id': engineId },
      'handed to the network',
    ],
  ])('takes %s', async (_what, more, receipt) => {
    const since = daemon.output().length;
    const channel = await open({ 'community-file': secret('hush'), ...more });
    expect(await channel.send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt });
    expect(await arrived(since)).toMatchObject(objects);
  });

  test('takes an end for an end', async () => {
    const since = daemon.output().length;
    const attempt = attemptAt('over');
    const { message } = attempt;
    const payload = { ...message.payload, status: 'resolved', reason: 'resolved' } as const;
    await (await open()).send({ ...attempt, message: { ...message, payload } });
    expect(await arrived(since)).toMatchObject({ '.1.3.6.1.6.3.1.1.4.1.0': '.0.2' });
  });

  test.each(hostileTexts)('takes %s in the log as one text', async (_what, text) => {
    const since = daemon.output().length;
    expect(await (await open()).send(attemptAt(text))).toMatchObject({ type: 'sent' });
    const given = (await arrived(since))['.1.9.0'] ?? '';
    expect(given).toMatch(/^[^\p{Cc}\ufffd]*(?:[\n\ufffd][^\p{Cc}]*)*$/u);
    expect(Buffer.byteLength(given)).toBeLessThanOrEqual(700);
    expect(given.length).toBeGreaterThan(5);
  });

  test('tells a wrong user, and a wrong password', async () => {
    for (const more of [{ user: 'nobody' }, { 'auth-password-file': secret('wrong password') }]) {
      const refused = await (await open(more)).send(attemptAt('x'));
      expect(refused).toMatchObject({ type: 'retry', reason: 'auth' });
      expect(JSON.stringify(refused)).not.toContain('wrong password');
    }
    const stranger = await open({ version: '2c', 'community-file': secret('wrong'), timeout: '500ms' });
    // A wrong community gets no answer at all.
    expect(await stranger.send(attemptAt('x'))).toMatchObject({ type: 'unknown' });
  });

  // The last one: the daemon does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const channel = await open();
    process.kill(daemon.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(await sending).toMatchObject({ type: 'unknown' });
    await daemon.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});

test('its objects are those of the MIB', () => {
  const store = createModuleStore();
  store.loadFromFile(join(import.meta.dirname, '../../examples/BIRD-SENTINEL-MIB.txt'));
  const names = objectsOf(root.slice(1), attemptAt('x')).map(({ oid }) =>
    store.translate(oid.replace(/\.0$/, ''), OidFormat.module),
  );
  const words = 'Id Rule Key Severity Host Count First Last Text'.split(' ');
  expect(names).toEqual(words.map((word) => `BIRD-SENTINEL-MIB::birdAlert${word}`));
});
