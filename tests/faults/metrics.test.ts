import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ledger } from '../../src/store/contract.ts';
import { ask, type Answer } from '../e2e/metrics-page.ts';
import { eventually } from '../peers/eventually.ts';
import { stage, type Stage } from './daemon-in-process.ts';

let at: Stage;
beforeEach(async () => void (at = await stage()));
afterEach(() => at.remove());

const limit = 60_000;

test('a ledger that cannot be written is ill, and what is not committed is behind; then all is well again', async () => {
  const socketPath = join(at.dir, 'metrics.sock');
  const page = (path: string): Promise<Answer> => ask('http://localhost/', { socketPath, path });
  const figure = async (name: string): Promise<number> => {
    const { body } = await page('/metrics');
    const line = body.split('\n').find((each) => each.startsWith(`bird_sentinel_${name} `));
    return Number(line?.split(' ')[1] ?? Number.NaN);
  };
  let isFull = false;
  const ledger: Ledger = {
    ...at.ledger,
    commit: (round) =>
      isFull
        ? { ok: false, failure: { type: 'full', detail: `no room in ${at.dir}` } }
        : at.ledger.commit(round),
  };
  const config = await at.config("rules: [{ id: disk, match: 'disk', alert: {} }]");
  const daemon = await at.open(
    { ...config, metrics: { type: 'unix', path: socketPath, mode: 0o600 } },
    { ledger },
  );
  daemon.start();
  await eventually(
    async () => (await page('/-/ready').catch(() => undefined))?.status === 200,
    'it to be ready',
    limit,
  );
  at.write('nothing');
  const lines = 'source_lines_total{source="app"}';
  await eventually(async () => (await figure(lines)) === 1, 'the first line to be read', limit);
  isFull = true;
  at.write('disk sda');
  await eventually(async () => (await page('/-/healthy')).status === 503, 'the trouble to be told', limit);
  expect((await page('/-/healthy')).body).toBe('the ledger cannot be written: full\n');
  expect((await page('/-/ready')).status).toBe(503);
  expect(await figure('ledger_writable')).toBe(0);
  expect(await figure('source_lag_bytes{source="app"}')).toBe(9);
  await eventually(async () => (await figure('source_lag_seconds{source="app"}')) > 0, 'a lag', limit);
  isFull = false;
  await eventually(async () => (await page('/-/ready')).status === 200, 'it to be well again', limit);
  await eventually(async () => (await figure('source_lag_seconds{source="app"}')) === 0, 'no lag', limit);
  expect(await figure('source_lag_bytes{source="app"}')).toBe(0);
  await daemon.stop(1000);
  await expect(page('/-/healthy')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
});
