import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { nscaNg } from '../../src/channels/nsca-ng/nsca-ng.ts';
import { attemptAt, channelPorts, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import { hostileTexts } from './hostile-texts.ts';
import {
  accepts,
  daemonFolder,
  freePort,
  type RealDaemon,
  secretFile,
  startDaemon,
  whyNot,
} from './real-daemon.ts';

const why = whyNot('/usr/sbin/nsca-ng');
if (why !== undefined) console.warn(`skipped: ${why}`);

describe.skipIf(why !== undefined)('the real nsca-ng', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;
  let fifo: number;
  let read: string;

  /** All commands that Nagios would have got. */
  const commands = (): readonly string[] => {
    const buffer = Buffer.alloc(64 * 1024);
    try {
      for (let got = 1; got > 0;) {
        got = readSync(fifo, buffer);
        read += buffer.toString('utf8', 0, got);
      }
    } catch {
      // Nothing there at the moment.
    }
    return read
      .split('\n')
      .slice(0, -1)
      .map((line) => line.replace(/^\[\d+\] /, ''));
  };

  beforeEach(async () => {
    ports = await channelPorts('https://x.test');
    port = await freePort();
    read = '';
    const dir = daemonFolder();
    execFileSync('mkfifo', [join(dir, 'nagios.cmd')]);
    fifo = openSync(join(dir, 'nagios.cmd'), constants.O_RDWR | constants.O_NONBLOCK);
    const config = join(dir, 'nsca-ng.cfg');
    const sections = `
      authorize "bird" { password = "right one" hosts = ".*" services = ".*" }
      authorize "small" { password = "right one" hosts = "db1" }`;
    execFileSync('tee', [config], {
      input: `listen = "127.0.0.1:${port}"\ncommand_file = "${dir}/nagios.cmd"\n${sections}\n`,
    });
    daemon = await startDaemon({
      dir,
      command: ['/usr/sbin/nsca-ng', '-F', '-S', '-l', '4', '-c', config],
      ready: () => accepts(port),
    });
  });
  afterEach(async () => {
    closeSync(fifo);
    await daemon.stop();
    await ports.remove();
  });

  const open = (more: object = {}, password = 'right one'): Promise<Channel> =>
    nscaNg.open(
      nscaNg.options.parse({
        server: '127.0.0.1',
        port,
        identity: 'bird',
        'password-file': secretFile(daemon.dir, `pw-${password.length}`, password),
        host: 'web1',
        service: 'app-log',
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  test('takes a result and says so', async () => {
    expect(await (await open()).send(attemptAt('disk full'))).toEqual({ type: 'sent', receipt: 'OKAY' });
    expect(commands()).toEqual(['PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;disk full']);
    const told = /bird.*PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;disk full/;
    await eventually(() => told.test(daemon.output()), 'the daemon’s own log', 30_000);
  });

  test.each(hostileTexts)('takes %s in the log as one command', async (_what, text) => {
    expect(await (await open()).send(attemptAt(text))).toMatchObject({ type: 'sent' });
    expect(commands()).toHaveLength(1);
    expect(commands()[0]).toMatch(/^PROCESS_SERVICE_CHECK_RESULT;web1;app-log;2;[^|\p{Cc}]+$/u);
  });

  test('tells who may not log in, and who may not do this', async () => {
    expect(await (await open({}, 'wrong')).send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      reason: 'auth',
      detail: expect.stringContaining('does not know this identity'),
    });
    expect(await (await open({ identity: 'nobody' })).send(attemptAt('x'))).toMatchObject({
      type: 'retry',
      reason: 'auth',
    });
    expect(await (await open({ identity: 'small' })).send(attemptAt('x'))).toMatchObject({
      type: 'failed',
      reason: 'recipient',
    });
    expect(commands()).toEqual([]);
  });

  test('greets a probe, which sends nothing', async () => {
    const signal = new AbortController().signal;
    expect(await (await open()).probe?.(signal)).toEqual({ ok: true, detail: 'the daemon knows bird' });
    expect(await (await open({}, 'wrong')).probe?.(signal)).toMatchObject({ ok: false });
    expect(commands()).toEqual([]);
  });

  test('is tried again when it is gone; what answers in its place is not taken for it', async () => {
    await daemon.kill();
    const channel = await open();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
    const other = createServer((socket: Socket) => void socket.end('220 mail.example.org\r\n'));
    other.listen(port, '127.0.0.1');
    await once(other, 'listening');
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
    other.close();
  });
});
