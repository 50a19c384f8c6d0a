import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, ask, figures, openMetricsType } from '../e2e/metrics-page.ts';
import { site, type Running, type Site } from '../e2e/program.ts';
import { eventually } from './eventually.ts';

const lacksPrometheus =
  existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/promtool')
    ? undefined
    : 'prometheus is not installed';
const lacksParser =
  spawnSync('/usr/bin/python3', ['-c', 'import prometheus_client']).status === 0
    ? undefined
    : 'python3-prometheus-client is not installed';

const limit = 60_000;
let at: Site;
let daemon: Running;
let address = '';

beforeAll(async () => {
  at = site();
  writeFileSync(at.path('app.log'), 'disk sda\ndisk "quoted" \\ {}\nnothing\n');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
metrics: { listen: '127.0.0.1:0' }
rules: [{ id: 'disk/full', match: 'disk (?<name>.+)', key: [name], alert: {} }]
channels: { book: { file: { file: ${at.path('book.log')} } } }
budgets: { book: { per-15m: 100, per-day: 300, price: 0.01 } }
`);
  daemon = await at.daemon();
  address = await addressOf(daemon);
  const sent = 'bird_sentinel_deliveries_total{channel="book",outcome="sent",reason=""}';
  await eventually(async () => (await figures(address)).get(sent) === 2, 'both messages', limit);
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  at.remove();
});

test('promtool finds nothing to say against the older text', async ({ skip }) => {
  if (lacksPrometheus !== undefined) skip(lacksPrometheus);
  const { body } = await ask(address);
  const { status, stdout, stderr } = spawnSync('/usr/bin/promtool', ['check', 'metrics'], {
    input: body,
    encoding: 'utf8',
  });
  expect([stdout, stderr, status]).toEqual(['', '', 0]);
  const bad = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: 'bad_total{a=} 1\n' });
  expect(bad.status).not.toBe(0);
});

/** Reads OpenMetrics on standard input strictly; prints the families with their types, units and samples. */
const parser = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(json.dumps([[f.name, f.type, f.unit, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())]))
`;

test("Python's strict reader of OpenMetrics reads the same figures", async ({ skip }) => {
  if (lacksParser !== undefined) skip(lacksParser);
  const { body } = await ask(address, { headers: { accept: openMetricsType } });
  const read = (input: string) => spawnSync('/usr/bin/python3', ['-c', parser], { input, encoding: 'utf8' });
  const { status, stdout, stderr } = read(body);
  expect([status, stderr]).toEqual([0, '']);
  const families = JSON.parse(stdout) as [string, string, string, [string, object, number][]][];
  const samples = families.flatMap(([, , , all]) => all);
  expect(samples).toHaveLength(
    body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
  );
  expect(samples).toContainEqual(['bird_sentinel_rule_matches_total', { rule: 'disk/full' }, 2]);
  expect(families.map(([name, type, unit]) => [name, type, unit])).toContainEqual([
    'bird_sentinel_delivery_latency_seconds',
    'histogram',
    'seconds',
  ]);
  // It is strict: without its end, or with a family in two places, a text is refused.
  expect(read(body.replace('# EOF\n', '')).status).not.toBe(0);
  expect(read(body.replace('# EOF\n', body)).status).not.toBe(0);
});

test('a real Prometheus scrapes it and answers queries by it', async ({ skip }) => {
  if (lacksPrometheus !== undefined) skip(lacksPrometheus);
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
  writeFileSync(
    join(dir, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: bird-sentinel
    static_configs: [{ targets: ['${new URL(address).host}'] }]
`,
  );
  const port = await freePort();
  const prometheus = spawn(
    '/usr/bin/prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => prometheus.once('exit', resolve));
  const query = async (text: string): Promise<number | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`)
      .then((response) => response.json() as Promise<{ data?: { result: { value: [number, string] }[] } }>)
      .catch(() => undefined);
    const value = answer?.data?.result[0]?.value[1];
    return value === undefined ? undefined : Number(value);
  };
  try {
    await eventually(async () => (await query('up{job="bird-sentinel"}')) === 1, 'a scrape', limit);
    expect(await query('bird_sentinel_rule_matches_total{rule="disk/full"}')).toBe(2);
    expect(await query('bird_sentinel_budget_limit{window="15m"}')).toBe(100);
    const lines = 'bird_sentinel_source_lines_total{source="app"}';
    appendFileSync(at.path('app.log'), 'disk sdb\n');
    await eventually(async () => (await query(lines)) === 4, 'a later scrape', limit);
    expect(
      await query('histogram_quantile(0.99, bird_sentinel_delivery_latency_seconds_bucket)'),
    ).toBeGreaterThan(0);
    expect(await query('bird_sentinel_source_lines_created')).toBeGreaterThan(1.5e9);
  } finally {
    prometheus.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
