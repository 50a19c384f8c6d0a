import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apprise } from '../../src/channels/apprise/apprise.ts';
import type { Attempt, Channel, ChannelKind } from '../../src/channels/contract.ts';
import { desktop } from '../../src/channels/desktop/desktop.ts';
import type { Message } from '../../src/model/delivery.ts';
import { listen } from '../contracts/mood.ts';
import { attemptAt, channelPorts, messageOf, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { whyNot } from './real-daemon.ts';

let dir: string;
let ports: TestPorts;
const children: ChildProcess[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'local-'));
  ports = await channelPorts('https://x.test');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await ports.remove();
  rmSync(dir, { recursive: true, force: true });
});

const open = <Options>(kind: ChannelKind<Options>, options: object): Promise<Channel> =>
  kind.open(kind.options.parse(options), ports);

const attempt = (text: string, change: Partial<Message> = {}): Attempt => ({
  ...attemptAt(text),
  message: { ...messageOf([text]), ...change },
});

const hostile = 'ends <b>bold</b> &amp; "q" \\n \\x1b[31m $(id) `id` ; --help\nsecond line';

const noApprise = whyNot('/usr/bin/apprise');
if (noApprise !== undefined) console.warn(`skipped: ${noApprise}`);

describe.skipIf(noApprise !== undefined)('the real apprise', { timeout: 180_000 }, () => {
  async function service(status: number): Promise<{ readonly port: number; readonly bodies: string[] }> {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(status).end();
      });
    });
    servers.push(server);
    return { port: await listen(server, 'good'), bodies };
  }
  const urlFile = (text: string): string => {
    const path = join(dir, 'apprise.conf');
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  test('hands over what it reads, as it is, to what the file names', async () => {
    const { port, bodies } = await service(200);
    const file = urlFile(`json://app:s3cret-w0rd@127.0.0.1:${port}\n`);
    const channel = await open(apprise, { 'url-file': file });
    expect(await channel.send(attempt(hostile))).toEqual({ type: 'sent', receipt: 'taken by apprise' });
    expect(bodies).toHaveLength(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ type: 'failure', title: '', message: hostile });
  });

  test('says when a service refused, and never what its address is', async () => {
    const { port } = await service(500);
    const channel = await open(apprise, {
      'url-file': urlFile(`json://app:s3cret-w0rd@127.0.0.1:${port}\n`),
    });
    const delivery = await channel.send(attempt('text'));
    expect(delivery).toMatchObject({ type: 'retry', reason: 'unavailable' });
    expect(JSON.stringify(delivery)).not.toMatch(/s3cret|127\.0\.0\.1/);
  });

  test('says when no address has the tag, or there is none', async () => {
    const { port, bodies } = await service(200);
    const tagged = urlFile(`night=json://127.0.0.1:${port}\n`);
    const byTag = async (tag: string): Promise<object> =>
      (await open(apprise, { 'url-file': tagged, tag })).send(attempt('text'));
    expect(await byTag('night')).toMatchObject({ type: 'sent' });
    expect(await byTag('day')).toMatchObject({ type: 'failed', reason: 'recipient' });
    expect(bodies).toHaveLength(1);
    const none = await open(apprise, { 'url-file': urlFile('# nothing\n') });
    expect((await none.send(attempt('text'))).type).not.toBe('sent');
  });

  test('is asked by doctor whether it knows the addresses, without using them', async () => {
    const { port, bodies } = await service(200);
    const ask = async (text: string, more: object = {}): Promise<object | undefined> => {
      const channel = await open(apprise, { 'url-file': urlFile(text), ...more });
      return channel.probe?.(new AbortController().signal);
    };
    expect(await ask(`json://127.0.0.1:${port}\n`)).toMatchObject({ ok: true });
    expect(await ask('# nothing\n')).toMatchObject({ ok: false });
    expect(bodies).toEqual([]);
  });

  test('is not asked while others could read its addresses', async () => {
    const file = join(dir, 'open.conf');
    writeFileSync(file, 'json://127.0.0.1:9\n', { mode: 0o644 });
    const channel = await open(apprise, { 'url-file': file });
    expect(await channel.send(attempt('text'))).toMatchObject({ type: 'retry', reason: 'auth' });
  });
});

function whyNoDesktop(): string | undefined {
  if (!existsSync('/usr/bin/notify-send') || !existsSync('/usr/bin/dbus-daemon'))
    return 'libnotify-bin and dbus are not installed';
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import dbus, gi'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'python3-dbus and python3-gi are not installed';
  }
}

const noDesktop = whyNoDesktop();
if (noDesktop !== undefined) console.warn(`skipped: ${noDesktop}`);

describe.skipIf(noDesktop !== undefined)('the real notify-send', { timeout: 180_000 }, () => {
  async function startBus(): Promise<string> {
    const bus = `unix:path=${join(dir, 'bus')}`;
    children.push(
      spawn('/usr/bin/dbus-daemon', ['--session', '--nofork', `--address=${bus}`], { stdio: 'ignore' }),
    );
    await eventually(() => existsSync(join(dir, 'bus')), 'the bus', 60_000);
    return bus;
  }
  async function startDesktop(): Promise<{ readonly bus: string; shown(): readonly unknown[] }> {
    const bus = await startBus();
    const out = join(dir, 'shown');
    const program = join(import.meta.dirname, 'notifications.py');
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus };
    const fd = openSync(out, 'w');
    children.push(spawn('/usr/bin/python3', [program], { env, stdio: ['ignore', fd, 'inherit'] }));
    const shown = (): readonly unknown[] =>
      readFileSync(out, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown);
    await eventually(() => shown().length > 0, 'the desktop', 60_000);
    return { bus, shown: () => shown().slice(1) };
  }
  /** What a desktop shows of a body: markup undone (section "Markup"). */
  const plain = (body: string): string =>
    body.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));

  test('shows title and body as they are', async () => {
    const { bus, shown } = await startDesktop();
    const channel = await open(desktop, { bus, expire: '30s', timeout: '50s' });
    const sent = await channel.send(attempt(hostile, { title: '--urgency=low <i>\\n' }));
    expect(sent).toEqual({ type: 'sent', receipt: 'shown' });
    const [first] = shown() as readonly { readonly body: string }[];
    expect(first).toMatchObject({
      app: 'bird-sentinel',
      summary: '--urgency=low <i>\\n',
      urgency: 2,
      expire: 30_000,
    });
    expect(first?.body).not.toMatch(/[<>]/);
    expect(plain(first?.body ?? '')).toBe(hostile);
  });

  test('tries again where no desktop is', async () => {
    const channel = await open(desktop, { bus: await startBus(), timeout: '50s' });
    expect(await channel.send(attempt('text'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
    const nowhere = await open(desktop, { bus: `unix:path=${join(dir, 'none')}`, timeout: '50s' });
    expect(await nowhere.send(attempt('text'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
