import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { stage, type Stage } from '../faults/daemon-in-process.ts';
import { type ChatStandin, openStandin } from './chat-standin.ts';
import { eventually } from './eventually.ts';
import { pagerdutyService, pushSecrets } from './push-services.ts';

let at: Stage;
let pagerduty: ChatStandin;
beforeEach(async () => {
  at = await stage();
  pagerduty = await openStandin(pagerdutyService);
});
afterEach(async () => {
  pagerduty.stop();
  await at.remove();
});

const patience = 60_000;

async function configOf(text: string) {
  const file = join(at.dir, 'push.yaml');
  writeFileSync(file, `sources: { app: { file: ${at.log}, start: beginning } }\n${text}`);
  const loaded = await loadConfig({ files: [file], match: createMatchPorts(), zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.value;
}

test('what pages is over there when it is over here', { timeout: 120_000 }, async () => {
  const key = join(at.dir, 'pd.key');
  writeFileSync(key, pushSecrets.pagerduty, { mode: 0o600 });
  const config = await configOf(`
rules: [{ id: down, match: 'link down (?<port>\\d+)', key: [port], quiet: 1h, alert: { severity: critical } }]
channels: { duty: { pagerduty: { routing-key-file: ${key}, api: '${pagerduty.url}' } } }
`);
  const daemon = await at.open(config);
  daemon.start();
  at.write('link down 1', 'link down 2', 'link down 1');
  await eventually(() => pagerduty.requests.length >= 2, 'two events', patience);
  const ids = pagerduty.requests.map(({ fields }) => String(fields['dedup_key']));
  expect(await daemon.resolve(ids[0] ?? '', 'by hand')).toBe(true);
  await eventually(() => pagerduty.requests.length >= 3, 'the end', patience);
  await daemon.stop(5000);
  const told = pagerduty.requests.map(({ fields }) => [fields['event_action'], fields['dedup_key']]);
  expect(told).toEqual([
    ['trigger', ids[0]],
    ['trigger', ids[1]],
    ['resolve', ids[0]],
  ]);
  expect(pagerduty.taken()).toBe(3);
});

test('a budget counts SMS, not messages', { timeout: 120_000 }, async () => {
  const spool = join(at.dir, 'outgoing');
  mkdirSync(spool);
  const long = 'x'.repeat(200);
  const config = await configOf(`
rules: [{ id: down, match: 'link down (?<port>\\d+)', key: [port], quiet: 1h, alert: { text: '${long}' } }]
channels: { phone: { smstools: { to: '+15550100', spool: ${spool}, max-segments: 2 } } }
budgets: { phone: { per-hour: 3 } }
`);
  const daemon = await at.open(config);
  daemon.start();
  at.write('link down 1');
  await eventually(() => readdirSync(spool).length === 2, 'one message of two SMS', patience);
  at.write('link down 2');
  await eventually(() => readdirSync(spool).length === 3, 'what the budget still allows', patience);
  await daemon.stop(5000);
  const parts = readdirSync(spool).map(
    (name) => readFileSync(join(spool, name), 'utf8').split('\n\n')[1] ?? '',
  );
  for (const part of parts) expect(part.length).toBeLessThanOrEqual(160);
  expect(parts.filter((part) => part.endsWith('(1/2)'))).toHaveLength(2);
  expect(parts.filter((part) => part.endsWith('(2/2)'))).toHaveLength(1);
});
