/**
 * How fast `backtest` goes through 200 MB with all shipped packs, next to ripgrep over the same file with as
 * many patterns as there are rules: `npm run bench:backtest`, with BENCH_DATA=FOLDER for a real log. Each round
 * measures the scanner alone, the whole, and ripgrep in turn; figures are the best of ROUNDS (3). Ends with 1
 * when an aim is missed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchConfig } from '../src/config/watch.ts';
import { scannerFor } from '../src/daemon/intake.ts';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import type { Program } from '../src/model/program.ts';
import { instant } from '../src/model/time.ts';
import { findArchives } from '../src/sources/archive/sets.ts';
import { runBacktest } from '../src/trial/backtest.ts';
import { requiredLiterals } from '../src/match/literals/required.ts';
import { FOLDER, prepare } from './scan-data.ts';
import { eachChunk, toChunk } from './scan-measure.ts';
import { ripgrep, run } from './scan-peers.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const LEAST_RATE = 150;
const MOST_MICROSECONDS = 4;
const MOST_MEMORY_MB = 250;

/** One run in a process of its own; seconds, megabytes. */
interface Measured {
  readonly rules: number;
  readonly bytes: number;
  readonly lines: number;
  readonly candidates: number;
  readonly raised: number;
  readonly alerts: number;
  readonly messages: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly peakMb: number;
}

async function main(): Promise<void> {
  const [job, log] = process.argv.slice(2);
  if (log !== undefined && job === 'whole') console.log(JSON.stringify(await whole(log)));
  else if (log !== undefined && job === 'scanner') console.log(JSON.stringify(await scannerAlone(log)));
  else await report(prepare(1).log);
}

async function configOf(log: string) {
  const config = await watchConfig({ files: [log], once: true, match: createMatchPorts() });
  if (!config.ok) throw new Error(JSON.stringify(config.diagnostics));
  return config.value;
}

async function whole(log: string): Promise<Measured> {
  const config = await configOf(log);
  const { sets } = await findArchives([log], false);
  const source = { name: 'files', format: 'auto' };
  const records = { maxRecord: 256 * 1024 };
  const before = process.cpuUsage();
  const { read, rules, channels } = await runBacktest({
    config,
    logs: sets.map((set) => ({ set, source, records })),
    match: createMatchPorts(),
    now: instant(Date.now()),
    monotonic: () => performance.now(),
    progress: () => false,
  });
  const { user, system } = process.cpuUsage(before);
  return {
    rules: config.program.rules.length,
    ...read,
    raised: rules.reduce((sum, { raised }) => sum + raised, 0),
    alerts: rules.reduce((sum, { alerts }) => sum + alerts, 0),
    messages: channels.reduce((sum, { messages }) => sum + messages, 0),
    cpu: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

/** The same scanner over the same bytes, and nothing else; making it counts, as it does in the whole. */
async function scannerAlone(log: string): Promise<{ readonly seconds: number; readonly candidates: number }> {
  const { program } = await configOf(log);
  const begun = performance.now();
  const scanner = scannerFor({ name: 'files', format: 'auto' }, program, createMatchPorts());
  let candidates = 0;
  eachChunk(log, (bytes) => {
    for (const _ of scanner.scan(toChunk(bytes))) candidates += 1;
  });
  return { seconds: (performance.now() - begun) / 1000, candidates };
}

/** One text for each rule that has one: what ripgrep is given to look for. */
async function patternsFile(log: string): Promise<string> {
  const { program } = await configOf(log);
  const file = join(FOLDER, 'backtest-rules.txt');
  writeFileSync(file, `${[...new Set(program.rules.flatMap(escapedLiterals))].join('\n')}\n`);
  return file;
}

const escapedLiterals = ({ pattern }: Program['rules'][number]): readonly string[] =>
  (requiredLiterals(pattern, 'text') ?? []).map(({ text, ignoreCase }) => {
    const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return ignoreCase ? `(?i:${escaped})` : escaped;
  });

async function report(log: string): Promise<void> {
  const rules = await patternsFile(log);
  const count = readFileSync(rules, 'utf8').trim().split('\n').length;
  const own: Measured[] = [];
  const scans: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    scans.push(apart<{ seconds: number }>('scanner', log).seconds);
    own.push(apart<Measured>('whole', log));
    const ran = run(ripgrep.command({ log, rules, count }, log));
    if (ran !== undefined) peers.push(ran.wall);
  }
  const best = own.toSorted((a, b) => a.seconds - b.seconds)[0];
  if (best === undefined) throw new Error('ROUNDS must be at least 1');
  const scanner = Math.min(...scans);
  const rate = best.bytes / 1e6 / best.seconds;
  const each = ((best.seconds - scanner) * 1e6) / Math.max(1, best.candidates);
  const share = ((100 * best.candidates) / best.lines).toFixed(1);
  console.log(
    `${best.rules} rules, ${best.lines} lines, ${best.candidates} candidates (${share} %), ` +
      `${best.raised} raises, ${best.alerts} alerts, ${best.messages} messages`,
  );
  console.log(`  scanner alone  ${scanner.toFixed(3)} s ${(best.bytes / 1e6 / scanner).toFixed(0)} MB/s`);
  console.log(
    `  backtest       ${best.seconds.toFixed(3)} s ${rate.toFixed(0)} MB/s, processor ${best.cpu.toFixed(2)} s`,
  );
  if (peers.length > 0) {
    const peer = Math.min(...peers);
    const ratio = (peer / best.seconds).toPrecision(3);
    console.log(`  ripgrep        ${peer.toFixed(3)} s with ${count} texts: backtest is ${ratio} × rg`);
  }
  judge('MB/s', rate, LEAST_RATE, 'least');
  judge("µs a candidate beyond the scanner's time", each, MOST_MICROSECONDS, 'most');
  judge('peak memory, MB', Math.max(...own.map(({ peakMb }) => peakMb)), MOST_MEMORY_MB, 'most');
}

function apart<Result>(what: string, log: string): Result {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, log]);
  return JSON.parse(output.toString()) as Result;
}

/** Says whether an aim is reached; one that is not makes the bench end with 1. */
function judge(what: string, value: number, aim: number, bound: 'least' | 'most'): void {
  const reached = bound === 'least' ? value >= aim : value <= aim;
  console.log(`    ${reached ? 'reached' : 'NOT REACHED'}: ${what} ${value.toPrecision(3)}, ${bound} ${aim}`);
  if (!reached) process.exitCode = 1;
}

await main();
