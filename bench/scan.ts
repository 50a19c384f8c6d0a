/**
 * How fast the scanner finds the matching lines of a 200 MB file, next to ripgrep, grep and SEC if they are
 * there: `npm run bench:scan`, with BENCH_DATA=folder for real logs. Every figure is the best of several
 * runs, each in a process of its own; all count the same lines.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measure, type Measured } from './scan-measure.ts';
import { prepare, type Data } from './scan-data.ts';
import { linesPerSecondOfSec } from './scan-sec.ts';

const COUNTS = [1, 10, 100, 1000];
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);

/** How many times as fast as ripgrep the scanner is to be, by the clock, on real logs. */
const AIMS: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [10, 1.5],
  [100, 1.5],
  [1000, 3],
]);

interface Peer {
  readonly name: string;
  readonly most: number;
  readonly command: (data: Data) => readonly [string, readonly string[]];
}

const PEERS: readonly Peer[] = [
  {
    name: 'rg',
    most: Infinity,
    command: ({ rules, log }) => ['rg', ['-c', '--no-unicode', '-a', '-f', rules, log]],
  },
  { name: 'grep', most: 10, command: ({ rules, log }) => ['grep', ['-a', '-E', '-c', '-f', rules, log]] },
];

/** What one way of counting took, in seconds. */
interface Figures {
  readonly count: number;
  readonly wall: number;
  readonly cpu: number;
}

function main(): void {
  const [, , job, log, rules] = process.argv;
  if (job === 'measure' && log !== undefined && rules !== undefined) {
    console.log(JSON.stringify(measure(log, rules)));
    return;
  }
  for (const count of COUNTS) report(count, prepare(count));
}

function report(count: number, data: Data): void {
  const bytes = statSync(data.log).size;
  const own = rounds(() => ownRound(data));
  const first = own[0];
  if (first === undefined) return;
  const best = fastest(own);
  console.log(
    `${String(count)} rules: ${String(first.count)} matching lines, compiled in ${first.compileMs.toFixed(0)} ms`,
  );
  print('bird-sentinel', best, bytes, first.lines);
  console.log(`    peak memory ${String(Math.round(Math.max(...own.map(({ peakMb }) => peakMb))))} MB`);
  for (const peer of PEERS.filter(({ most }) => count <= most)) {
    const theirs = rounds(() => peerRound(peer, data));
    if (theirs.length === 0) continue;
    const figures = fastest(theirs);
    print(peer.name, figures, bytes, first.lines);
    console.log(
      `    ${(figures.wall / best.wall).toFixed(2)} × by the clock, ${(figures.cpu / best.cpu).toFixed(2)} × by processor time`,
    );
    if (figures.count !== best.count) console.log(`    COUNTS DIFFER: ${String(figures.count)}`);
    if (peer.name === 'rg') judge(count, figures.wall / best.wall);
    if (figures.count !== best.count) process.exitCode = 1;
  }
  const sec = linesPerSecondOfSec(data);
  if (sec === undefined) return;
  console.log(
    `  ${'sec'.padEnd(14)} ${String(Math.round(sec))} lines/s: ${(first.lines / best.wall / sec).toFixed(0)} × slower`,
  );
}

/** Says whether the aim is reached; one that is not makes the bench end with 1. */
function judge(count: number, ratio: number): void {
  const aim = AIMS.get(count) ?? 1;
  console.log(`    aim ${String(aim)} ×: ${ratio >= aim ? 'reached' : 'NOT reached'}`);
  if (ratio < aim) process.exitCode = 1;
}

function rounds<T>(round: () => T | undefined): T[] {
  return Array.from({ length: ROUNDS }, round).filter((result) => result !== undefined);
}

/** The least wall time and the least processor time, which need not be of one round. */
function fastest(all: readonly Figures[]): Figures {
  const least = (of: (figures: Figures) => number): number => Math.min(...all.map(of));
  return { count: all[0]?.count ?? 0, wall: least(({ wall }) => wall), cpu: least(({ cpu }) => cpu) };
}

function print(name: string, { wall, cpu }: Figures, bytes: number, lines: number): void {
  const rate = `${(bytes / 1e6 / wall).toFixed(0)} MB/s, ${(lines / 1e6 / wall).toFixed(1)} million lines/s`;
  console.log(`  ${name.padEnd(14)} ${wall.toFixed(3)} s (processor ${cpu.toFixed(3)} s): ${rate}`);
}

function ownRound({ log, rules }: Data): Measured {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'measure', log, rules]);
  return JSON.parse(output.toString()) as Measured;
}

function peerRound(peer: Peer, data: Data): Figures | undefined {
  const [program, args] = peer.command(data);
  const started = performance.now();
  const timed = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time "$@"`, 'bash', program, ...args], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const wall = (performance.now() - started) / 1000;
  const times = timed.stderr.toString().trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  const [user = NaN, system = NaN] = times;
  const count = Number(timed.stdout.toString().trim());
  return timed.status === 0 ? { count, wall, cpu: user + system } : undefined;
}

main();
