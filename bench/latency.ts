/**
 * From the append to a log to the arrival of the message at an HTTP peer, beside SEC writing to a FIFO
 * and starting a command. Aim: p99 under 10 ms at 100 lines a second. Exits 1 below it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

interface Load {
  readonly lines: number;
  readonly perSecond: number;
}

const loads: readonly Load[] = [
  { lines: 2000, perSecond: 100 },
  { lines: 20000, perSecond: 5000 },
];
const aimP99Ms = 10;
/** Only our own figures at the first load: for comparing two versions. */
const onlyOurs = process.argv.includes('--ours');
const root = process.cwd();
const now = (): number => performance.timeOrigin + performance.now();

const dir = mkdtempSync(join(tmpdir(), 'latency-'));

async function main(): Promise<number> {
  if (!existsSync('dist/cli/main.js')) execFileSync('npm', ['run', '-s', 'build']);
  commitTime();
  const results: { readonly name: string; readonly load: Load; readonly found: Summary }[] = [];
  const measure = async (name: string, load: Load, run: () => Promise<Summary>): Promise<void> => {
    const found = await run();
    print(name, load, found);
    results.push({ name, load, found });
  };
  for (const load of onlyOurs ? loads.slice(0, 1) : loads) {
    await measure('bird-sentinel webhook', load, () => birdSentinel(load));
    if (onlyOurs) return 0;
    if (!existsSync('/usr/bin/sec')) {
      console.log('sec is not installed (apt-get install sec): its rows are missing');
      continue;
    }
    await measure('sec write to a FIFO', load, () => sec(load, 'write'));
    if (load.perSecond <= 100) await measure('sec shellcmd', load, () => sec(load, 'shellcmd'));
  }
  const idle = await idleCost();
  console.log(`idle: ${idle.wakeups.toFixed(2)} wake-ups a second, RSS ${idle.rssMiB.toFixed(0)} MiB`);
  const ours = results.find(({ name, load }) => name.startsWith('bird') && load.perSecond === 100);
  const theirs = results.find(({ name, load }) => name === 'sec write to a FIFO' && load.perSecond === 100);
  if (ours !== undefined && theirs !== undefined) {
    console.log(
      `ratio of medians, sec write / bird-sentinel: ${(theirs.found.p50 / ours.found.p50).toFixed(1)}x`,
    );
  }
  const reached = ours !== undefined && ours.found.p99 < aimP99Ms && ours.found.missing === 0;
  const modest = idle.wakeups <= 1 && idle.rssMiB < 90;
  console.log(`aim p99 < ${aimP99Ms} ms at 100/s: ${reached ? 'reached' : 'NOT reached'}`);
  console.log(`aim idle <= 1 wake-up/s and < 90 MiB: ${modest ? 'reached' : 'NOT reached'}`);
  return reached && modest ? 0 : 1;
}

interface Summary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly missing: number;
}

/** Lines carry their number; `arrivals` maps it to the time at which the peer had it. */
function summarise(sent: readonly number[], arrivals: ReadonlyMap<number, number>): Summary {
  const latencies = sent
    .flatMap((at, number) => {
      const arrived = arrivals.get(number);
      return arrived === undefined ? [] : [arrived - at];
    })
    .sort((a, b) => a - b);
  const quantile = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? NaN;
  return {
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: latencies.at(-1) ?? NaN,
    missing: sent.length - latencies.length,
  };
}

function print(name: string, load: Load, found: Summary): void {
  const figures = `p50 ${found.p50.toFixed(2)} ms, p99 ${found.p99.toFixed(2)} ms, max ${found.max.toFixed(2)} ms`;
  const lost = found.missing === 0 ? '' : `, ${found.missing} MISSING`;
  console.log(
    `${name.padEnd(22)} ${String(load.lines).padStart(6)} lines at ${load.perSecond}/s: ${figures}${lost}`,
  );
}

/** Appends numbered lines at a steady rate; answers when each was written. */
async function append(file: string, { lines, perSecond }: Load): Promise<readonly number[]> {
  const fd = openSync(file, 'a');
  const sent: number[] = [];
  const begun = now();
  for (let number = 0; number < lines; number++) {
    const due = begun + (number * 1000) / perSecond;
    const wait = due - now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait - 0.5));
    else if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    sent.push(now());
    writeSync(fd, `Nov 20 10:00:06 web1 app[7]: bench_line ${number} something critical\n`);
  }
  closeSync(fd);
  return sent;
}

async function birdSentinel(load: Load): Promise<Summary> {
  const work = mkdtempSync(join(dir, 'ours-'));
  const log = join(work, 'app.log');
  writeFileSync(log, '');
  const { port, arrivals, stop } = await startHttpPeer(work);
  writeFileSync(
    join(work, 'sentinel.yaml'),
    `sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: line, match: 'bench_line (?<n>\\d+)', alert: {} }]
channels: { hook: { webhook: { url: 'http://127.0.0.1:${port}/' } } }
receivers: { all: { channels: [hook] } }
limits: { max-waiting: 100000 }
`,
  );
  const daemon = startDaemon(work);
  await untilRunning(work);
  const sent = await append(log, load);
  await untilQuiet(() => readArrivals(arrivals).size, load.lines);
  await end(daemon);
  const found = summarise(sent, readArrivals(arrivals));
  await stop();
  return found;
}

function startDaemon(work: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      join(root, 'dist/cli/main.js'),
      '-q',
      '-c',
      join(work, 'sentinel.yaml'),
      '--state',
      join(work, 'state'),
      'run',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function untilRunning(work: string): Promise<void> {
  const main = join(root, 'dist/cli/main.js');
  for (let tries = 0; tries < 100; tries++) {
    try {
      execFileSync(
        process.execPath,
        [main, '-c', join(work, 'sentinel.yaml'), '--state', join(work, 'state'), 'status'],
        { stdio: 'ignore' },
      );
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('the daemon did not start');
}

/** A peer in a process of its own, so that it does not wait for us: notes number and time of each message. */
async function startHttpPeer(
  work: string,
): Promise<{ port: number; arrivals: string; stop: () => Promise<void> }> {
  const arrivals = join(work, 'arrivals');
  writeFileSync(arrivals, '');
  const program = `
    const { createServer } = require('node:http'); const { appendFileSync } = require('node:fs');
    let noted = ''; const flush = () => { if (noted !== '') appendFileSync(process.argv[1], noted); noted = ''; };
    setInterval(flush, 50);
    createServer((request, response) => {
      const at = performance.timeOrigin + performance.now(); let body = '';
      request.on('data', (chunk) => body += chunk);
      request.on('end', () => { const n = /bench_line (\\d+)/.exec(body); if (n) noted += n[1] + ' ' + at + '\\n'; response.end('ok'); });
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
    process.on('SIGTERM', () => { flush(); process.exit(0); });`;
  const child = spawn(process.execPath, ['-e', program, arrivals], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (data) => resolve(Number(String(data)))),
  );
  return { port, arrivals, stop: () => end(child) };
}

function readArrivals(file: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [number, at] = line.split(' ');
    if (at !== undefined && !found.has(Number(number))) found.set(Number(number), Number(at));
  }
  return found;
}

/** SEC as its users run it: the same rule, the outcome written to a FIFO or told by a command. */
async function sec(load: Load, action: 'write' | 'shellcmd'): Promise<Summary> {
  const work = mkdtempSync(join(dir, 'sec-'));
  const log = join(work, 'app.log');
  const fifo = join(work, 'fifo');
  writeFileSync(log, '');
  execFileSync('mkfifo', [fifo]);
  const does = action === 'write' ? `write ${fifo} $1` : `shellcmd echo $1 > ${fifo}`;
  writeFileSync(
    join(work, 'rules.sec'),
    `type=Single\nptype=RegExp\npattern=bench_line (\\d+)\ndesc=$1\naction=${does}\n`,
  );
  const arrivals = new Map<number, number>();
  // Opened for reading and writing, so that no writer ever meets a FIFO without a reader.
  const reader = spawn('bash', ['-c', 'exec 3<>"$1"; exec cat <&3', '_', fifo], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  reader.stdout.on('data', (data) => {
    const at = now();
    const lines = (rest + String(data)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (!arrivals.has(Number(line))) arrivals.set(Number(line), at);
  });
  const program = spawn(
    'sec',
    [`--conf=${join(work, 'rules.sec')}`, `--input=${log}`, '--quiet', `--log=${join(work, 'log')}`],
    { stdio: 'ignore' },
  );
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const sent = await append(log, load);
  await untilQuiet(() => arrivals.size, load.lines);
  await end(program);
  await end(reader);
  return summarise(sent, arrivals);
}

/** Waits until all arrived, or nothing more comes for three seconds. */
async function untilQuiet(count: () => number, wanted: number): Promise<void> {
  let before = -1;
  let still = 0;
  while (count() < wanted && still < 30) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    still = count() === before ? still + 1 : 0;
    before = count();
  }
}

async function idleCost(): Promise<{ wakeups: number; rssMiB: number }> {
  const work = mkdtempSync(join(dir, 'idle-'));
  const log = join(work, 'app.log');
  writeFileSync(log, '');
  writeFileSync(
    join(work, 'sentinel.yaml'),
    `sources: { app: { file: ${log} } }
rules: [{ id: line, match: 'bench_line', alert: {} }]
channels: { hook: { webhook: { url: 'http://127.0.0.1:9/' } } }
receivers: { all: { channels: [hook] } }
`,
  );
  const daemon = startDaemon(work);
  await untilRunning(work);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const before = switches(daemon.pid);
  // A minute, because the safety net looks at directories once in one.
  const seconds = 60;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const wakeups = (switches(daemon.pid) - before) / seconds;
  const rssMiB =
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;
  await end(daemon);
  return { wakeups, rssMiB };
}

/** Voluntary context switches of the main thread: each is one wake-up. */
const switches = (pid: number | undefined): number =>
  Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN);

function commitTime(): void {
  mkdirSync(join(dir, 'disk'));
  const fd = openSync(join(dir, 'disk/probe'), 'w');
  const times = Array.from({ length: 200 }, () => {
    const begun = performance.now();
    writeSync(fd, 'x'.repeat(4096));
    fsyncSync(fd);
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  closeSync(fd);
  console.log(
    `disk: 4 KiB write and fsync, p50 ${times[100]?.toFixed(2)} ms, p99 ${times[197]?.toFixed(2)} ms`,
  );
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}

try {
  process.exitCode = await main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
