/**
 * Endurance: 5,000 lines a second with one in a hundred matching, a rotation each minute, one channel that
 * works and one that flaps. Memory, descriptors and latency must be at the end what they were early on, and
 * every alert must have arrived. An hour; `--for 90s`, `--for 10m` or SOAK=10m say another time. Exits 1 if not.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseDuration } from '../src/kit/duration.ts';
import { judge, median, quantile, type Sample, type Slice } from './soak-judge.ts';
import { flapping, rotate, startPeer, startWriter } from './soak-world.ts';

const perSecond = 5000;
const sliceSeconds = 5;
/** How long everything that waits may take to go out in the end. */
const drainMs = 120_000;
const program = join(process.cwd(), 'dist/cli/main.js');

async function main(): Promise<number> {
  const seconds = askedSeconds();
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const log = join(folder, 'app.log');
  writeFileSync(log, '');
  const latencies: number[] = [];
  const arrivals = { steady: new Set<number>(), again: 0 };
  let calm = false;
  const steady = await startPeer(
    (number) => {
      if (arrivals.steady.has(number)) arrivals.again++;
      arrivals.steady.add(number);
      const at = writer.takeWritten(number);
      if (at !== undefined) latencies.push(Date.now() - at);
    },
    (response) => {
      response.end('ok');
      return true;
    },
  );
  const periodMs = Math.min(30_000, (seconds * 1000) / 24);
  const unsteady = await startPeer(
    () => undefined,
    flapping(periodMs, () => calm),
  );
  const flags = configure(folder, log, steady.url, unsteady.url);
  const daemon = spawn(process.execPath, [program, ...flags, 'run'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()));
  await until(() => said.includes('"watching"'), 30_000);
  const writer = startWriter(log, perSecond);
  const samples: Sample[] = [];
  const slices: Slice[] = [];
  const rotationSeconds = Math.min(60, Math.ceil(seconds / 6));
  for (let second = 1; second <= seconds && daemon.exitCode === null; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    samples.push(sampleOf(daemon.pid ?? 0, second));
    if (second % rotationSeconds === 0) await rotate(folder, log);
    if (second % sliceSeconds === 0) slices.push({ at: second, p99Ms: quantile(latencies.splice(0), 0.99) });
    if (second % Math.ceil(seconds / 10) === 0) show(second, samples, slices, writer.lines());
  }
  writer.stop();
  calm = true;
  const waiting = async (): Promise<number> => undelivered(await status(flags));
  await until(async () => arrivals.steady.size >= writer.matching() && (await waiting()) === 0, drainMs);
  const last = await status(flags);
  daemon.kill('SIGTERM');
  await ended;
  steady.stop();
  unsteady.stop();
  rmSync(folder, { recursive: true, force: true });
  const findings = judge(samples, slices, seconds);
  for (const { name, early, late, isFlat } of findings) {
    console.log(
      `${name}: ${early.toFixed(1)} early, ${late.toFixed(1)} late: ${isFlat ? 'flat' : 'NOT flat'}`,
    );
  }
  const missing = writer.matching() - arrivals.steady.size;
  const whole =
    missing === 0 && arrivals.again === 0 && undelivered(last) === 0 && last.breaches.length === 0;
  console.log(
    `${writer.lines()} lines, ${writer.matching()} alerts: ${missing} missing, ${arrivals.again} twice, ` +
      `${undelivered(last)} undelivered, ${last.breaches.length} sums that do not hold`,
  );
  return whole && findings.every(({ isFlat }) => isFlat) ? 0 : 1;
}

function askedSeconds(): number {
  const flag = process.argv.indexOf('--for');
  const asked = flag < 0 ? (process.env['SOAK'] ?? '1h') : (process.argv[flag + 1] ?? '');
  const length = parseDuration(asked);
  if (length === undefined || length < 60_000)
    throw new Error(`--for ${asked}: a time of at least 60s is wanted`);
  return Math.round(length / 1000);
}

/** Writes the configuration; answers with the flags by which commands find it. */
function configure(folder: string, log: string, steady: string, unsteady: string): readonly string[] {
  const config = join(folder, 'sentinel.yaml');
  writeFileSync(
    config,
    `sources: { app: { file: ${log}, start: beginning } }
rules:
  - { id: soak, match: 'soak (?<n>\\d+) of', key: [n], alert: {} }
  - { id: burst, match: 'soak \\d+ of (?<h>web\\d+)', key: [h], count: { reach: 5, within: 5m }, quiet: 10m, alert: {} }
channels:
  steady: { webhook: { url: '${steady}', timeout: 10s } }
  unsteady: { webhook: { url: '${unsteady}', timeout: 2s } }
receivers:
  always: { channels: [steady] }
  sometimes: { channels: [unsteady] }
limits: { max-waiting: 100000 }
`,
  );
  return ['-c', config, '--state', join(folder, 'state')];
}

function sampleOf(pid: number, at: number): Sample {
  try {
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return { at, rssMiB: Number(rss) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return { at, rssMiB: Number.NaN, descriptors: Number.NaN };
  }
}

function show(second: number, samples: readonly Sample[], slices: readonly Slice[], lines: number): void {
  const newest = samples.slice(-30);
  const p99 = median(slices.slice(-6).map(({ p99Ms }) => p99Ms));
  console.log(
    `${String(second).padStart(5)} s: ${lines} lines, RSS ${median(newest.map(({ rssMiB }) => rssMiB)).toFixed(1)} MiB, ` +
      `${Math.min(...newest.map(({ descriptors }) => descriptors))} descriptors, p99 ${p99.toFixed(0)} ms`,
  );
}

interface Status {
  readonly breaches: readonly unknown[];
  readonly ledger: { readonly byState: { readonly [state: string]: number } };
}

async function status(flags: readonly string[]): Promise<Status> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags, '--json', 'status']);
  return JSON.parse(stdout) as Status;
}

/** What waits, and what was given up. */
function undelivered({ ledger: { byState } }: Status): number {
  return ['pending', 'sending', 'unknown', 'held', 'dead'].reduce(
    (sum, state) => sum + (byState[state] ?? 0),
    0,
  );
}

/** Waits at most `limitMs`; what is missing then shows in the figures. */
async function until(holds: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds()) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 200));
}

process.exitCode = await main();
