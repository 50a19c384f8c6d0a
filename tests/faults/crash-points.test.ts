import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crashPoints } from '../../src/daemon/crash-points.ts';
import { startHttpPeer } from '../e2e/http-peer.ts';
import { run, site, start, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';

/** Lines that are written before, while and after the process is killed. */
const total = 30;
const line = (number: number): string => `Nov 20 10:00:00 web1 app[7]: numbered ${number} end\n`;

const numbersIn = (alerts: readonly Record<string, unknown>[]): readonly number[] =>
  alerts.map((alert) => Number((alert['key'] as readonly string[])[0])).toSorted((a, b) => a - b);

const listed = async (at: Site): Promise<readonly number[]> =>
  numbersIn(await at.json('alerts', 'list', '--limit', '1000'));

describe('kill -9', () => {
  test('there are at least twenty named points of a line’s way', () => {
    expect(crashPoints.length).toBeGreaterThanOrEqual(20);
  });

  test.each(crashPoints)('at %s: the ledger has every line once, and every alert arrives', async (point) => {
    const at = site();
    const peer = await startHttpPeer();
    const log = at.path('app.log');
    writeFileSync(log, '');
    at.configure(`
sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: numbered, match: 'numbered (?<n>\\d+) end', key: [n], alert: {} }]
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
`);
    try {
      const first = start(at.args('run'), { env: { BIRD_SENTINEL_CRASH_AT: crossing(point) } });
      let over = false;
      void first.ended.then(() => (over = true));
      for (let number = 0; number < total / 2 && !over; number++) {
        appendFileSync(log, line(number));
        // A pause now and then, so that the lines come in several chunks.
        if (number % 3 === 0)
          await eventually(() => over || peer.arrivals.length > number, `message ${number}`);
        if (number === 6 && atTheEnd.includes(point)) first.child.kill('SIGTERM');
      }
      const ended = await first.ended;
      expect(ended.signal, ended.stderr).toBe('SIGKILL');
      const written = readFileSync(log, 'utf8').split('\n').length - 1;
      for (let number = written; number < total; number++) appendFileSync(log, line(number));
      const second = await at.daemon();
      await eventually(async () => (await listed(at)).length >= total, 'all alerts');
      await eventually(async () => (await waiting(at)) === 0, 'all messages settled');
      await second.kill('SIGTERM');

      expect(await listed(at)).toEqual(Array.from({ length: total }, (_, number) => number));
      const told = peer.arrivals.map(({ body }) => Number(/numbered (\d+) end/.exec(body)?.[1]));
      expect(new Set(told).size).toBe(total);
      // Only what was under way when the process died may have been told twice, by the same key.
      const keys = peer.arrivals.map(({ headers }) => headers['idempotency-key']);
      expect(new Set(keys).size).toBe(total);
    } finally {
      await peer.stop();
      at.remove();
    }
  });
});

/** Points that only a clean stop passes. */
const atTheEnd: readonly string[] = ['stopping', 'before-checkpoint', 'after-checkpoint'];

/** A point is crossed some times before it kills, so that work of all kinds is under way. */
const crossing = (point: string): string =>
  point === 'restored' || atTheEnd.includes(point) ? point : `${point}:3`;

async function waiting(at: Site): Promise<number> {
  const { stdout } = await run(at.args('--json', 'status'));
  const status = JSON.parse(stdout) as { ledger: { byState: Record<string, number> } };
  const { pending = 0, sending = 0, unknown = 0 } = status.ledger.byState;
  return pending + sending + unknown;
}

describe('correlation across a crash', () => {
  test('four of five lines, kill -9, start, the fifth: one alert', async () => {
    const at = site();
    const peer = await startHttpPeer();
    const log = at.path('auth.log');
    writeFileSync(log, '');
    at.configure(`
sources: { auth: { file: ${log}, start: beginning } }
rules:
  - id: burst
    match: 'Failed password for \\S+ from (?<ip>\\S+)'
    key: [ip]
    count: { reach: 5, within: 1h }
    alert: { severity: critical }
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
`);
    try {
      const failed = (second: number): string =>
        `${new Date(Date.now() - 60_000 + second * 1000).toISOString()} web1 sshd[9]: Failed password for root from 203.0.113.9 port 22\n`;
      const first = await at.daemon();
      for (let number = 0; number < 4; number++) appendFileSync(log, failed(number));
      await eventually(async () => {
        const { stdout } = await run(at.args('--json', 'status'));
        return (JSON.parse(stdout) as { rules: { matched: number }[] }).rules[0]?.matched === 4;
      }, 'four lines matched');
      await first.kill('SIGKILL');
      expect(peer.arrivals).toHaveLength(0);
      const second = await at.daemon();
      appendFileSync(log, failed(5));
      await eventually(() => peer.arrivals.length > 0, 'the alert');
      await second.kill('SIGTERM');
      expect(peer.arrivals).toHaveLength(1);
      expect(await at.json('alerts', 'list')).toHaveLength(1);
    } finally {
      await peer.stop();
      at.remove();
    }
  });
});
