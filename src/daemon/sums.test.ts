import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createEngine } from '../engine/engine.ts';
import { instant } from '../model/time.ts';
import { createMemoryLedger } from '../store/memory.ts';
import type { Ledger } from '../store/contract.ts';
import type { Daemon } from './contract.ts';
import { openDaemon } from './daemon.ts';
import { createMatchPorts } from './node-ports.ts';
import type { MakeEngine } from './recovery.ts';
import { createSumCheck } from './sum-check.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const match = createMatchPorts();
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface Opened {
  readonly daemon: Daemon;
  readonly ledger: Ledger;
  readonly dir: string;
  /** Sets the wall clock on. */
  pass(ms: number): void;
}

const freshDirectory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'sums-'));
  endings.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

async function open(
  makeEngine?: MakeEngine,
  { ledger, dir }: Pick<Opened, 'ledger' | 'dir'> = { ledger: createMemoryLedger(), dir: freshDirectory() },
): Promise<Opened> {
  const file = join(dir, 'sentinel.yaml');
  writeFileSync(join(dir, 'app.log'), 'backup started\n');
  writeFileSync(
    file,
    `sources: { app: { file: ${join(dir, 'app.log')}, start: beginning } }
rules:
  - { id: backup, match: 'backup started', expect: { match: 'backup finished', within: 10s }, alert: {} }
channels: { out: { screen: {} } }
`,
  );
  const loaded = await loadConfig({ files: [file], match, zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  let passed = 0;
  const now = (): number => Date.now() + passed;
  const opened = await openDaemon({
    config: loaded.value,
    ledger,
    durable: true,
    mode: 'live',
    follow: true,
    match,
    ...(makeEngine === undefined ? {} : { makeEngine }),
    now,
    channelPorts: () => ({
      now: () => instant(now()),
      randomBytes: (length) => new Uint8Array(length),
      stateDirectory: dir,
      http: {},
      accounts: new Map(),
      print: async () => undefined,
    }),
    log: silent,
    reach: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  return { daemon: opened.daemon, ledger, dir, pass: (ms) => (passed += ms) };
}

const until = async (condition: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const send = (daemon: Daemon) => daemon.send({ to: [], text: 'x', severity: 'info' });
const alertsOf = (ledger: Ledger, rule: string) => ledger.alerts({ rule, limit: 10 });

test('an engine whose numbers do not add up is told of, after a minute and once', async () => {
  const lying: MakeEngine = (program, options) => {
    const engine = createEngine(program, options);
    const wrong = () => engine.counters().map((counters) => ({ ...counters, matched: counters.matched + 1 }));
    return { ...engine, counters: wrong };
  };
  const { daemon, ledger, pass } = await open(lying);
  daemon.start();
  await until(() => daemon.status().sources[0]?.candidates === 1);
  expect(alertsOf(ledger, 'sentinel/sums')).toHaveLength(0);
  for (const _ of [1, 2]) {
    pass(61_000);
    await send(daemon);
    await until(() => alertsOf(ledger, 'sentinel/sums').length > 0);
  }
  expect(alertsOf(ledger, 'sentinel/sums')).toMatchObject([{ severity: 'critical', key: ['backup'] }]);
  await daemon.stop(1000);
});

test('numbers that add up are no news', async () => {
  const { daemon, ledger, pass } = await open();
  daemon.start();
  await until(() => daemon.status().sources[0]?.candidates === 1);
  pass(61_000);
  await send(daemon);
  expect(alertsOf(ledger, 'sentinel/sums')).toHaveLength(0);
  await daemon.stop(1000);
});

test('a daemon that reads nothing lets no timer fire on what it has not read', async () => {
  const first = await open();
  first.daemon.start();
  await until(() => first.daemon.status().sources[0]?.candidates === 1);
  await first.daemon.stop(1000);
  // As `send` does without a daemon.
  const second = await open(undefined, first);
  second.pass(3_600_000);
  await send(second.daemon);
  expect(alertsOf(first.ledger, 'backup')).toHaveLength(0);
  second.daemon.start();
  await until(() => alertsOf(first.ledger, 'backup').length === 1);
  await second.daemon.stop(1000);
});

test('checks come once a minute, and only after something happened', () => {
  const check = createSumCheck(instant(1000));
  expect(check.next()).toBeUndefined();
  expect(check.take(instant(10_000_000))).toBe(false);
  check.touched();
  expect(check.next()).toBe(61_000);
  expect(check.take(instant(60_999))).toBe(false);
  expect(check.take(instant(61_000))).toBe(true);
  expect(check.next()).toBeUndefined();
  check.touched();
  expect(check.next()).toBe(121_000);
});
