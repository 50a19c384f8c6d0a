/**
 * What figures cost: `npm run bench:metrics`. The loop over a million lines (of which one in ten matches and one
 * in a thousand raises) with and without its meter, in turns; then a scrape of a thousand rules. Ends with 1
 * where the meter takes more than three in a hundred.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config/load.ts';
import type { Config } from '../src/config/config.ts';
import { recordAnswers } from '../src/daemon/answers.ts';
import { createClock } from '../src/daemon/clock.ts';
import { createLoop } from '../src/daemon/loop.ts';
import { openMetrics } from '../src/daemon/metrics/exposition.ts';
import { familiesOf } from '../src/daemon/metrics/families.ts';
import { gatherMetrics } from '../src/daemon/metrics/gather.ts';
import { createMeter, type Meter } from '../src/daemon/metrics/meter.ts';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import { recover } from '../src/daemon/recovery.ts';
import { buildOf, prepareWay } from '../src/daemon/way.ts';
import type { Chunk } from '../src/model/chunk.ts';
import { instant } from '../src/model/time.ts';
import { createMemoryLedger } from '../src/store/memory.ts';

const LINES = Number(process.env['LINES'] ?? 1_000_000);
const TURNS = Number(process.env['TURNS'] ?? 5);
const RULES = 1000;
const CHUNK_LINES = 5_000;
/** Most that the meter may take, as a part of the whole. */
const AIM = 0.03;
/** Most milliseconds of a scrape. */
const SCRAPE_AIM = 100;

const match = createMatchPorts();
const dir = mkdtempSync(join(tmpdir(), 'bench-metrics-'));

async function main(): Promise<void> {
  const config = await configOf();
  const chunks = [...chunksOf()];
  const seconds = { with: Infinity, without: Infinity };
  for (let turn = 0; turn < TURNS; turn++) {
    // The better of several turns: what else this machine does only ever makes it slower.
    seconds.without = Math.min(seconds.without, await run(config, chunks, undefined));
    seconds.with = Math.min(seconds.with, await run(config, chunks, createMeter()));
  }
  const part = seconds.with / seconds.without - 1;
  console.log(`without a meter ${perSecond(seconds.without)}, with one ${perSecond(seconds.with)}`);
  judge(`part of the time that the meter takes (in 100)`, part * 100, AIM * 100);
  await scrape(config, chunks);
}

async function configOf(): Promise<Config> {
  const rules = Array.from(
    { length: RULES },
    (_, n) =>
      `  - { id: rule-${n}, match: 'fault ${n} of (?<item>\\S+)', key: [item], count: { reach: 100, within: 1h }, alert: {} }`,
  );
  const file = join(dir, 'sentinel.yaml');
  writeFileSync(
    file,
    `sources: { app: { file: ${join(dir, 'app.log')} } }\nrules:\n${rules.join('\n')}\nchannels: { screen: { screen: {} } }\n`,
  );
  const loaded = await loadConfig({ files: [file], match, zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.value;
}

function* chunksOf(): Generator<Chunk> {
  const at = instant(Date.now());
  for (let from = 0; from < LINES; from += CHUNK_LINES) {
    const lines = Array.from({ length: CHUNK_LINES }, (_, index) => {
      const n = from + index;
      const words =
        n % 10 === 0 ? `fault ${(n / 10) % RULES} of item-${n % 3}` : `request ${n} was answered in 12 ms`;
      return `${new Date(at).toISOString()} host app[${n % 1000}]: ${words}\n`;
    });
    const bytes = Buffer.from(lines.join(''));
    yield {
      source: 'app',
      bytes,
      records: { kind: 'lines' },
      position: { stream: 'app.log', begin: 0, end: bytes.length, mark: null },
      receivedAt: at,
      reference: at,
    };
  }
}

/** A loop with a ledger in memory, and the machines of this configuration. */
async function stageOf(config: Config, meter: Meter | undefined) {
  const ledger = createMemoryLedger();
  const outside = recordAnswers({ match });
  const recovery = recover(ledger, buildOf(config, outside));
  if (!recovery.ok) throw new Error(recovery.failure.detail);
  const way = (await prepareWay(config, match))(recovery.recovered.machines);
  const clock = createClock('live', { wall: Date.now, monotonic: () => performance.now() }, instant(0));
  const loop = createLoop(way, 1, {
    ledger,
    clock,
    deliveries: { carryOut: () => undefined, underWay: () => 0, finish: async () => undefined },
    intents: {
      take: () => {
        throw new Error('no rule wants anything done');
      },
      committed: () => undefined,
      isCrowded: () => false,
    },
    outside,
    reach: () => undefined,
    durable: false,
    note: () => undefined,
    decided: () => undefined,
    trouble: () => undefined,
    ...(meter === undefined ? {} : { meter }),
  });
  return { ledger, way, clock, loop };
}

/** Seconds of the processor for all chunks. */
async function run(config: Config, chunks: readonly Chunk[], meter: Meter | undefined): Promise<number> {
  const { loop } = await stageOf(config, meter);
  const before = process.cpuUsage();
  for (const chunk of chunks)
    await new Promise<void>((taken) => loop.offer({ type: 'chunk', source: 'app', chunk, taken }));
  const { user, system } = process.cpuUsage(before);
  loop.halt();
  return (user + system) / 1e6;
}

async function scrape(config: Config, chunks: readonly Chunk[]): Promise<void> {
  const meter = createMeter();
  const { ledger, way, clock, loop } = await stageOf(config, meter);
  for (const chunk of chunks.slice(0, 10))
    await new Promise<void>((taken) => loop.offer({ type: 'chunk', source: 'app', chunk, taken }));
  const times: number[] = [];
  let text = '';
  for (let round = 0; round < 50; round++) {
    const begun = process.cpuUsage();
    const gathered = await gatherMetrics({
      config,
      way,
      meter,
      pumps: [],
      ledger,
      clock,
      loop: loop.stats(),
      intents: { done: 0, lost: 0, running: 0, waiting: 0 },
      startedAt: Date.now(),
      now: Date.now(),
      isTroubled: false,
    });
    text = openMetrics(familiesOf(gathered));
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1000);
  }
  loop.halt();
  const middle = times.toSorted((a, b) => a - b)[25] ?? 0;
  console.log(`a scrape of ${RULES} rules: ${text.split('\n').length} lines, ${text.length} bytes`);
  judge('milliseconds of the processor for a scrape', middle, SCRAPE_AIM);
}

const perSecond = (seconds: number): string =>
  `${Math.round(LINES / seconds).toLocaleString('en')} lines a second`;

function judge(what: string, value: number, most: number): void {
  const isGood = value <= most;
  console.log(`  ${what}: ${value.toFixed(2)}, at most ${most}: ${isGood ? 'good' : 'MISSED'}`);
  if (!isGood) process.exitCode = 1;
}

try {
  await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
