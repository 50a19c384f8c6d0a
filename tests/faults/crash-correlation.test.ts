import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startHttpPeer } from '../e2e/http-peer.ts';
import { site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';

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
      await eventually(async () => (await at.status())?.rules[0]?.matched === 4, 'four lines matched');
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
