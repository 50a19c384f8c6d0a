import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertmanager } from '../../src/channels/alertmanager/alertmanager.ts';
import type { Attempt, Channel } from '../../src/channels/contract.ts';
import { openService } from '../../src/channels/http-call.ts';
import type { AlertPayload } from '../../src/model/delivery.ts';
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

const program = '/usr/bin/prometheus-alertmanager';
const why = whyNot(program);
if (why !== undefined) console.warn(`skipped: ${why}`);

/** bcrypt of `right one`. */
const hash = '$2b$04$zoQftQs0hkaDCWm/7VG75ucSWLRksk8CyEQ4DyfvVKMAfTv1TP5Rq';

interface Held {
  readonly labels: { readonly [name: string]: string };
  readonly annotations: { readonly [name: string]: string };
  readonly endsAt: string;
}

describe.skipIf(why !== undefined)('the real Alertmanager', () => {
  let ports: TestPorts;
  let daemon: RealDaemon;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const dir = daemonFolder();
    ports = await channelPorts('https://x.test', { http: directHttp(makeCertificates(dir)) });
    writeFileSync(join(dir, 'am.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const tls = `tls_server_config: { cert_file: ${dir}/server.pem, key_file: ${dir}/server.key }`;
    writeFileSync(join(dir, 'web.yml'), `${tls}\nbasic_auth_users: { bird: '${hash}' }\n`);
    daemon = await startDaemon({
      dir,
      command: [
        program,
        `--config.file=${dir}/am.yml`,
        `--storage.path=${dir}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--web.config.file=${dir}/web.yml`,
        '--cluster.listen-address=',
      ],
      ready: () => accepts(port),
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await ports.remove();
  });

  const open = (more: object = {}, password = 'right one'): Promise<Channel> =>
    alertmanager.open(
      alertmanager.options.parse({
        url: `https://localhost:${port}`,
        user: 'bird',
        'password-file': secretFile(ports.stateDirectory, `pw-${password.length}`, password),
        labels: { site: 'north' },
        timeout: '30s',
        ...more,
      }),
      ports,
    );

  /** The alerts of a rule that fire there now. */
  async function firing(rule: string): Promise<readonly Held[]> {
    const service = openService(ports.http);
    const answer = await service.call(
      {
        method: 'GET',
        url: `https://localhost:${port}/api/v2/alerts`,
        headers: { authorization: `Basic ${Buffer.from('bird:right one').toString('base64')}` },
      },
      { timeoutMs: millis(30_000), signal: new AbortController().signal },
    );
    await service.close();
    const all =
      answer.type === 'answer' ? (JSON.parse(answer.body) as readonly Held[]) : expect.fail('no answer');
    return all.filter(({ labels }) => labels['alertname'] === rule);
  }

  const about = (rule: string, change: Partial<AlertPayload> = {}, text = 'disk full'): Attempt => {
    const message = messageOf([text]);
    return attemptAt(text, { message: { ...message, payload: { ...message.payload, rule, ...change } } });
  };

  test('fires an alert until its end, under one severity at a time', async () => {
    const channel = await open({ keep: '2h' });
    const begun = Date.now();
    expect(await channel.send(about('disk', { severity: 'warning' }))).toMatchObject({ type: 'sent' });
    const [first, ...others] = await firing('disk');
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      labels: { alertname: 'disk', severity: 'warning', key: '203.0.113.9', site: 'north' },
      annotations: { summary: 'SSH brute force', description: 'disk full', alert: '7ZK3M9QX2A', count: '5' },
    });
    expect(Date.parse(first?.endsAt ?? '') - begun).toBeGreaterThanOrEqual(7_200_000 - 1000);
    await channel.send(about('disk', { severity: 'critical' }));
    expect((await firing('disk')).map(({ labels }) => labels['severity'])).toEqual(['critical']);
    const end = about('disk', { severity: 'critical', status: 'resolved', reason: 'resolved' });
    expect(await channel.send(end)).toMatchObject({ type: 'sent' });
    expect(await firing('disk')).toEqual([]);
  });

  test.each(hostileTexts)('takes %s in the log as the value of one label', async (what, text) => {
    const rule = `rule ${what}`;
    expect(await (await open()).send(about(rule, { key: [text, text] }, text))).toMatchObject({
      type: 'sent',
    });
    const [one, ...others] = await firing(rule);
    expect(others).toEqual([]);
    expect(Object.keys(one?.labels ?? {}).toSorted()).toEqual(['alertname', 'key', 'severity', 'site']);
    expect(one?.labels['key']?.codePointAt(0)).toBe(text.codePointAt(0));
    expect(one?.annotations['description']).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  });

  test('tells a wrong password', async () => {
    const channel = await open({}, 'wrong');
    expect(await channel.send(about('x'))).toMatchObject({ type: 'failed', reason: 'auth' });
    const signal = new AbortController().signal;
    expect(await channel.probe?.(signal)).toMatchObject({ ok: false });
    expect(await (await open()).probe?.(signal)).toMatchObject({ ok: true });
  });

  // The last one: the daemon does not live to see its end.
  test('is tried again when it is gone; stopped in the middle, nobody knows', async () => {
    const channel = await open();
    process.kill(daemon.pid, 'SIGSTOP');
    const stop = new AbortController();
    const sending = channel.send(attemptAt('x', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    expect(['retry', 'unknown']).toContain((await sending).type);
    await daemon.kill();
    expect(await channel.send(attemptAt('x'))).toMatchObject({ type: 'retry', reason: 'unavailable' });
  });
});
