import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import type { Attempt, Channel } from '../../src/channels/contract.ts';
import { nsca } from '../../src/channels/nsca/nsca.ts';
import { encryptionMethods } from '../../src/channels/nsca/cipher.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { after, millis } from '../../src/model/time.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { startNagios, whyNoNagios } from './nagios-peer.ts';
import { type NscaPeer, type NscaSettings, startNsca, whyNoNsca } from './nsca-peer.ts';

const why = whyNoNsca();
if (why !== undefined) console.warn(`skipped: ${why}`);

let ports: TestPorts;
const peers: NscaPeer[] = [];
beforeEach(async () => {
  ports = await channelPorts('https://x.test');
});
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
  await ports.remove();
});

async function start(settings: NscaSettings): Promise<NscaPeer> {
  const peer = await startNsca(settings);
  peers.push(peer);
  return peer;
}

const open = (
  peer: Pick<NscaPeer, 'port' | 'passwordFile'>,
  method: number,
  more: object = {},
): Promise<Channel> =>
  nsca.open(
    nsca.options.parse({
      server: '127.0.0.1',
      port: peer.port,
      'encryption-method': method,
      'password-file': peer.passwordFile,
      host: 'web1',
      service: 'app-log',
      ...more,
    }),
    ports,
  );

const attempt = (text: string, change: Partial<Attempt['message']> = {}): Attempt => {
  const made = attemptAt(text);
  return { ...made, message: { ...made.message, ...change } };
};

const longPassword = 'correct horse battery staple, and then some more of it';

describe.skipIf(why !== undefined)('the real nsca', () => {
  test.each(
    encryptionMethods.flatMap((method) => ([4096, 512] as const).map((size) => [method, size] as const)),
  )('method %d with %d bytes for the text: ours and its own client’s say the same', async (method, size) => {
    for (const password of ['secret', longPassword]) {
      const peer = await start({ method, password });
      const channel = await open(peer, method, { 'output-size': size, listen: '100ms' });
      expect(await channel.send(attempt('disk full; 🐦 C:\\new'))).toMatchObject({ type: 'sent' });
      const fields = ['web1', 'app-log', '2', 'disk full; 🐦 C:\\new'];
      expect(peer.sendNsca(fields, size === 512 ? ['--legacy-2-7-mode'] : [])).toBe(0);
      await eventually(() => peer.commands().length === 2, `two commands: ${peer.commands().join('\n')}`);
      const [ours, its] = peer.commands();
      expect(ours).toBe('PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;disk full; 🐦 C:\\\\new');
      expect(its).toBe(ours);
    }
  });

  test('a host result, and an end', async () => {
    const peer = await start({ method: 14, password: 'secret' });
    const channel = await open(peer, 14, { service: undefined, listen: '50ms' });
    expect(await channel.send(attempt('down'))).toMatchObject({ type: 'sent' });
    const { message } = attempt('up');
    const payload = { ...message.payload, reason: 'resolved', status: 'resolved' as const };
    expect(await channel.send(attempt('up', { payload }))).toMatchObject({ type: 'sent' });
    await eventually(() => peer.commands().length === 2, 'two commands');
    expect(peer.commands()).toEqual([
      'PROCESS_HOST_CHECK_RESULT;web1;1;down',
      'PROCESS_HOST_CHECK_RESULT;web1;0;up',
    ]);
  });

  test.each([
    'newline\nPROCESS_SERVICE_CHECK_RESULT;web1;app-log;0;fine',
    '| rta=1; $(id)',
    '\u0000\u001b[2J\ud800',
    '🐦\\;\n'.repeat(3000),
  ])('is given %j as one command that Nagios can take', async (text) => {
    const peer = await start({ method: 3, password: 'secret' });
    const channel = await open(peer, 3, { listen: '50ms' });
    expect(await channel.send(attempt(text))).toMatchObject({ type: 'sent' });
    await eventually(() => peer.commands().length > 0, 'a command');
    const commands = peer.commands();
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatch(/^PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;[^|\p{Cc}]+$/u);
    expect(Buffer.byteLength(commands[0] ?? '')).toBeLessThan(4096 - 14);
  });

  test.each(['single', 'daemon'] as const)(
    'a wrong password, or another method, is told: the daemon hangs up (--%s)',
    async (mode) => {
      const peer = await start({ method: 1, password: 'secret', mode });
      writeFileSync(`${ports.stateDirectory}/wrong`, 'guess', { mode: 0o600 });
      const wrong = await open({ ...peer, passwordFile: `${ports.stateDirectory}/wrong` }, 1, {
        listen: '5s',
      });
      expect(await wrong.send(attempt('lost'))).toMatchObject({ type: 'failed', reason: 'auth' });
      if (mode === 'daemon') {
        const other = await open(peer, 14, { listen: '5s' });
        expect(await other.send(attempt('lost'))).toMatchObject({ type: 'failed', reason: 'auth' });
        const right = await open(peer, 1);
        expect(await right.send(attempt('found'))).toMatchObject({ type: 'sent' });
        expect(peer.commands()).toEqual(['PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;found']);
      }
    },
  );

  test('after a packet was taken, the next need not be listened to', async () => {
    const peer = await start({ method: 14, password: 'secret' });
    const channel = await open(peer, 14, { listen: '1s' });
    for (let n = 0; n < 20; n += 1)
      expect(await channel.send(attempt(`${n}`))).toMatchObject({ type: 'sent' });
    await eventually(() => peer.commands().length === 20, 'twenty commands');
    expect(peer.commands().map((line) => line.split(';').at(-1))).toEqual(
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
  });

  test('is greeted by a probe, which sends nothing', async () => {
    const peer = await start({ method: 14, password: 'secret' });
    const channel = await open(peer, 14);
    const signal = new AbortController().signal;
    expect(await channel.probe?.(signal)).toMatchObject({ ok: true });
    expect(peer.commands()).toEqual([]);
    const ahead = await nsca.open(
      nsca.options.parse({ server: '127.0.0.1', port: peer.port, 'encryption-method': 0, host: 'web1' }),
      { ...ports, now: () => after(ports.now(), millis(3_600_000)) },
    );
    expect((await ahead.probe?.(signal))?.detail).toMatch(/clock differs by 360[01] s/);
  });
});

describe.skipIf(why !== undefined || whyNoNagios() !== undefined)(
  'the real nsca before a real Nagios',
  () => {
    test('the state arrives, with performance data', async () => {
      const nagios = await startNagios();
      const peer = await start({ method: 14, password: 'secret', commandFile: nagios.commandFile });
      const channel = await open(peer, 14, { 'performance-data': 'events={{ count }}' });
      const delivery: Delivery = await channel.send(attempt('C:\\new disk\nsecond'));
      expect(delivery).toMatchObject({ type: 'sent' });
      await eventually(() => nagios.status('servicestatus')['current_state'] === '2', 'the state');
      expect(nagios.status('servicestatus')).toMatchObject({
        plugin_output: 'C:\\new disk',
        long_plugin_output: 'second',
        performance_data: 'events=5',
      });
      await nagios.remove();
    });
  },
);
