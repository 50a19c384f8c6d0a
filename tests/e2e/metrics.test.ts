import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaints, loadTexts } from '../contracts/config-texts.ts';
import { eventually } from '../peers/eventually.ts';
import { addressOf, ask, figures, openMetricsType } from './metrics-page.ts';
import { run, site, type Running, type Site } from './program.ts';

let at: Site;
let daemon: Running;
let address = '';

const config = (metrics: string): string => `
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
metrics: ${metrics}
rules:
  - { id: disk, match: 'disk (?<name>.+)', key: [name], quiet: 1h, alert: {} }
  - { id: broken, match: 'broken', quiet: 1h, alert: { severity: critical } }
channels:
  book: { file: { file: ${at.path('book.log')} } }
  bad: { exec: { command: [/bin/false] } }
budgets: { book: { per-day: 300 } }
receivers: { me: { channels: [book] }, lost: { channels: [bad] } }
routes: [{ when: { rule: broken }, to: [me, lost] }, { to: me }]
`;

const hostile = 'disk "} bird_sentinel_evil{x="1"} 1\\';
const limit = 60_000;
const write = (...lines: readonly string[]): void =>
  appendFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));
const value = async (series: string): Promise<number | undefined> =>
  (await figures(address)).get(`bird_sentinel_${series}`);

beforeAll(async () => {
  at = site();
  writeFileSync(at.path('app.log'), '');
  at.configure(config("{ listen: '127.0.0.1:0' }"));
  daemon = await at.daemon();
  address = await addressOf(daemon);
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  at.remove();
});

describe('figures', () => {
  test('follow what happens to lines, alerts and messages', async () => {
    write('disk sda', 'nothing', 'disk sda', hostile, 'broken');
    const isTold = async (): Promise<boolean> =>
      (await value('deliveries_total{channel="book",outcome="sent",reason=""}')) === 3 &&
      (await value('deliveries_total{channel="bad",outcome="failed",reason="rejected"}')) === 1;
    await eventually(isTold, 'all messages', limit);
    const now = await figures(address);
    const shown = (name: string): number | undefined => now.get(`bird_sentinel_${name}`);
    expect(shown('source_lines_total{source="app"}')).toBe(5);
    expect(shown('source_bytes_total{source="app"}')).toBe(statSync(at.path('app.log')).size);
    expect(shown('source_candidates_total{source="app"}')).toBe(4);
    expect(shown('source_lag_bytes{source="app"}')).toBe(0);
    expect(shown('source_lag_seconds{source="app"}')).toBe(0);
    expect(shown('rule_matches_total{rule="disk"}')).toBe(3);
    expect(shown('alerts_total{severity="warning"}')).toBe(2);
    expect(shown('open_alerts{severity="critical"}')).toBe(1);
    expect(shown('raises_ended_total{as="muted"}')).toBe(1);
    expect(shown('raises_ended_total{as="undelivered"}')).toBe(1);
    expect(shown('budget_used{channel="book",window="1d"}')).toBe(3);
    expect(shown('budget_limit{channel="book",window="1d"}')).toBe(300);
    expect(shown('delivery_latency_seconds_count{channel="book"}')).toBe(3);
    expect(shown('delivery_latency_seconds_bucket{channel="book",le="+Inf"}')).toBe(3);
    expect(shown('ledger_writable')).toBe(1);
    expect(now.get('process_open_fds')).toBeGreaterThan(5);
    expect(now.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  });

  test('hold nothing of what the log says', async () => {
    const { body } = await ask(address);
    for (const word of ['evil', 'sda', at.dir]) expect(body).not.toContain(word);
  });

  test('come in the form that is asked for', async () => {
    const open = await ask(address, { headers: { accept: `${openMetricsType},text/plain;q=0.5` } });
    expect(open.headers['content-type']).toBe(`${openMetricsType}; charset=utf-8`);
    expect(open.body).toMatch(/^bird_sentinel_source_lines_created\{source="app"\} \d+/m);
    expect(open.body.endsWith('# EOF\n')).toBe(true);
    const plain = await ask(address);
    expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(plain.body).toContain('# TYPE bird_sentinel_source_lines_total counter\n');
    expect(plain.body).not.toMatch(/_created|# EOF|# UNIT/);
  });

  test('tell how far a source is behind that cannot be read', async () => {
    appendFileSync(at.path('app.log'), 'z'.repeat(4095));
    // A line that has not ended is not read, and is told of.
    await eventually(
      async () => (await value('source_lag_bytes{source="app"}')) === 4095,
      'unread bytes',
      limit,
    );
    write('');
    await eventually(
      async () => (await value('source_lag_bytes{source="app"}')) === 0,
      'all to be read',
      limit,
    );
  });
});

describe('the server', () => {
  test('says that the way works and is all there', async () => {
    for (const path of ['/-/healthy', '/-/ready', '/-/ready?x=1'])
      expect(await ask(address, { path })).toMatchObject({ status: 200, body: 'ok\n' });
  });

  test('answers HEAD without a body, and no other method', async () => {
    const head = await ask(address, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(1000);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const refused = await ask(address, { method });
      expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  test.each([
    '/',
    '/metrics/',
    '//metrics',
    '/../../../../etc/passwd',
    '/metrics/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/metrics%00',
    '/-/reload',
    '/-/quit',
  ])('knows no %s', async (path) => {
    const { status, body } = await ask(address, { path });
    expect([status, body]).toEqual([404, 'there are /metrics, /-/healthy and /-/ready\n']);
  });

  test('lets no web page in that calls itself otherwise', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example'])
      expect((await ask(address, { headers: { host } })).status).toBe(421);
    for (const host of ['localhost:9', '127.0.0.1', '[::1]:80'])
      expect((await ask(address, { headers: { host } })).status).toBe(200);
  });

  test('takes no long headers, no half requests, no crowd, and works on', async () => {
    const long = await ask(address, { headers: { x: 'y'.repeat(9000) } }).catch(() => undefined);
    expect([undefined, 431]).toContain(long?.status);
    const { hostname, port } = new URL(address);
    const crowd = Array.from({ length: 40 }, () => connect(Number(port), hostname));
    const isOver = (socket: Socket): boolean => socket.destroyed;
    for (const socket of crowd) socket.on('error', () => undefined).resume();
    for (const socket of crowd)
      socket.on('end', () => socket.destroy()).write('GET /metrics HTTP/1.1\r\nx: ');
    await eventually(() => crowd.filter(isOver).length >= 24, 'those beyond sixteen to be sent away', limit);
    await eventually(() => crowd.every(isOver), 'those who say nothing to be sent away', limit);
    expect((await ask(address)).status).toBe(200);
  });
});

test('a reload goes on with the counters, at a socket that only its owner may use', async () => {
  const lines = await value('source_lines_total{source="app"}');
  const socketPath = at.path('metrics.sock');
  const already = daemon.output().stderr.length;
  at.configure(config(`{ socket: ${socketPath} }`));
  expect((await run(at.args('reload'))).code).toBe(0);
  expect(await addressOf(daemon, already)).toBe(socketPath);
  await expect(ask(address)).rejects.toThrow(/ECONNREFUSED/);
  const { status, body } = await ask(address, { socketPath, headers: { host: 'anything' } });
  expect(status).toBe(200);
  expect(body).toContain(`bird_sentinel_source_lines_total{source="app"} ${lines}\n`);
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
});

test('a restart goes on with what the ledger counts and begins the rest anew; what a kill left is no obstacle', async () => {
  await daemon.kill('SIGKILL');
  daemon = await at.daemon();
  expect(await addressOf(daemon)).toBe(at.path('metrics.sock'));
  const { body } = await ask(address, { socketPath: at.path('metrics.sock') });
  expect(body).toContain('bird_sentinel_rule_matches_total{rule="disk"} 3\n');
  expect(body).toContain('bird_sentinel_source_lines_total{source="app"} 0\n');
  expect(body).toContain('bird_sentinel_alerts_total{severity="critical"} 0\n');
});

test('an address that is taken is said, and tried again, and keeps nothing from being watched', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const taken = other.address();
  const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
  const already = daemon.output().stderr.length;
  at.configure(config(`{ listen: '127.0.0.1:${port}' }`));
  expect((await run(at.args('reload'))).code).toBe(0);
  const said = (): string => daemon.output().stderr.slice(already);
  await eventually(() => said().includes('figures cannot be given out'), 'the mistake to be said', limit);
  await new Promise<void>((resolve) => other.close(() => resolve()));
  expect(await addressOf(daemon, already)).toBe(`http://127.0.0.1:${port}/metrics`);
});

test.each([
  ["{ listen: '0.0.0.0:9199' }", 'other machines could reach this address'],
  ["{ listen: '[::]:9199' }", 'other machines could reach this address'],
  ["{ listen: '192.0.2.1:9199' }", 'other machines could reach this address'],
  ["{ listen: 'example.org:80' }", 'must be an address and a port'],
  ["{ listen: '127.0.0.1:70000' }", 'must be an address and a port'],
  ['{ socket: metrics.sock }', 'must be an absolute path'],
  ["{ listen: '127.0.0.1:1', socket: /run/x }", ''],
])('%s is a mistake', async (metrics, why) => {
  const told = await complaints(config(metrics));
  expect(told.join('\n')).toContain(why);
  expect(told.join('\n')).toMatch(/c\.yaml:3:\d+/);
  expect((await loadTexts({ 'c.yaml': config(metrics) })).ok).toBe(false);
});

test.each(["{ listen: '0.0.0.0:9199', beyond-loopback: true }", "{ listen: '[::1]:9199' }"])(
  '%s is fine',
  async (metrics) => {
    expect(await complaints(config(metrics))).toEqual([]);
  },
);
