import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channels/contract.ts';
import { openService, parseObject } from '../../src/channels/http-call.ts';
import { icinga2 } from '../../src/channels/icinga2/icinga2.ts';
import { millis } from '../../src/model/time.ts';
import { attemptAt, channelPorts, directHttp, messageOf, type TestPorts } from './channel-ports.ts';
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

const program = '/usr/sbin/icinga2';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

describe.skipIf(why !== undefined)('the real Icinga 2', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const dir = daemonFolder();
    const ca = makeCertificates(dir);
    ports = await channelPorts('https://x.test', { http: directHttp(ca) });
    for (const folder of ['certs', 'log', 'cache', 'run']) mkdirSync(join(dir, folder));
    copyFileSync(join(dir, 'server.pem'), join(dir, 'certs/localhost.crt'));
    copyFileSync(join(dir, 'server.key'), join(dir, 'certs/localhost.key'));
    copyFileSync(join(dir, 'ca.pem'), join(dir, 'certs/ca.crt'));
    writeFileSync(
      join(dir, 'icinga2.conf'),
      `const NodeName = "localhost"
object Endpoint "localhost" {}
object Zone "master" { endpoints = [ "localhost" ] }
object ApiListener "api" { bind_host = "127.0.0.1"; bind_port = ${port} }
object ApiUser "bird" { password = "right one"; permissions = [ "actions/process-check-result" ] }
object ApiUser "reader" { password = "reader"; permissions = [ "objects/query/*" ] }
object CheckCommand "passive" { command = [ "/bin/true" ] }
template Host "none" { check_command = "passive"; enable_active_checks = false; max_check_attempts = 1 }
object Host "web1" { import "none" }
object Service "app-log" {
  host_name = "web1"
  check_command = "passive"
  enable_active_checks = false
  max_check_attempts = 1
}
`,
    );
    const places = { DataDir: dir, LogDir: `${dir}/log`, CacheDir: `${dir}/cache`, InitRunDir: `${dir}/run` };
    const defined = { ...places, RunAsUser: 'root', RunAsGroup: 'root' };
    const define = Object.entries(defined).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    daemon = await startDaemon({
      dir,
      command: [program, 'daemon', '-c', join(dir, 'icinga2.conf'), ...define],
      ready: () => accepts(port),
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await ports.remove();
  });

  const open = (more: object = {}, password = 'right one'): Promise<Channel> =>
    icinga2.open(
      icinga2.options.parse({
        url: `https://localhost:${port}`,
        user: 'bird',
        'password-file': secretFile(ports.stateDirectory, `pw-${password.length}`, password),
        host: 'web1',
        service: 'app-log',
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  /** What it holds of a host or service: state, and the last result. */
  async function stateOf(path: string): Promise<object> {
    const service = openService(ports.http);
    const answer = await service.call(
      {
        method: 'GET',
        url: `https://localhost:${port}/v1/objects/${path}`,
        headers: { authorization: `Basic ${Buffer.from('reader:reader').toString('base64')}` },
      },
      { timeoutMs: millis(30_000), signal: new AbortController().signal },
    );
    await service.close();
    const body = answer.type === 'answer' ? parseObject(answer.body) : undefined;
    const [first] = (body?.['results'] ?? []) as { readonly attrs: object }[];
    return first?.attrs ?? expect.fail('no such object');
  }

  const told = { type: 'sent', receipt: 'processed by one object' };

  test('takes a result with its data, and its end', async () => {
    const channel = await open({ ttl: '1h', 'performance-data': 'events={{ count }}' });
    expect(await channel.send(attemptAt('disk full\nsecond'))).toEqual(told);
    expect(await stateOf('services/web1!app-log')).toMatchObject({
      state: 2,
      last_check_result: {
        output: 'disk full\nsecond',
        performance_data: ['events=5'],
        check_source: 'bird-sentinel',
        ttl: 3600,
      },
    });
    const message = messageOf(['over']);
    const payload = { ...message.payload, reason: 'resolved', status: 'resolved' } as const;
    expect(await channel.send(attemptAt('over', { message: { ...message, payload } }))).toEqual(told);
    expect(await stateOf('services/web1!app-log')).toMatchObject({ state: 0 });
    expect(await (await open({ service: undefined })).send(attemptAt('down'))).toEqual(told);
    expect(await stateOf('hosts/web1')).toMatchObject({ state: 1 });
  });

  test.each(hostileTexts)('takes %s in the log as one text, and in no filter', async (_what, text) => {
    const channel = await open();
    expect(await channel.send(attemptAt(text))).toEqual(told);
    expect(await stateOf('services/web1!app-log')).toMatchObject({
      last_check_result: {
        output: expect.stringMatching(/^[^|\u0000-\u0008\u000b-\u001f]+$/u),
        performance_data: null,
      },
    });
    const asName = await open({ host: '{{ where }}' });
    const where = `web1" || true || "${text.slice(0, 100)}`;
    const delivery = await asName.send(attemptAt('x', { message: messageOf(['x'], { where }) }));
    expect(delivery).toMatchObject({ type: 'failed', reason: 'recipient' });
  });

  test('tells what it does not know, and who is not let in', async () => {
    expect(await (await open({ service: 'other' })).send(attemptAt('x'))).toMatchObject({
      type: 'failed',
      reason: 'recipient',
      detail: expect.stringContaining('no such host or service'),
    });
    const channel = await open({}, 'wrong');
    const refused = await channel.send(attemptAt('x'));
    expect(refused).toMatchObject({ type: 'failed', reason: 'auth' });
    expect(JSON.stringify(refused)).not.toContain('wrong');
    const signal = new AbortController().signal;
    expect(await channel.probe?.(signal)).toMatchObject({ ok: false });
    expect(await (await open()).probe?.(signal)).toMatchObject({ ok: true });
    expect(await (await open({ user: 'reader' }, 'reader')).send(attemptAt('x'))).toMatchObject({
      type: 'failed',
    });
  });

  // The last one: the daemon does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const channel = await open();
    process.kill(-daemon.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(['retry', 'unknown']).toContain((await sending).type);
    await daemon.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
