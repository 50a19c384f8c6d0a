/**
 * How fast matching lines are found in a 200 MB log, next to ripgrep, grep, SEC and swatch as far as they are
 * installed: `npm run bench:scan`, with BENCH_DATA=FOLDER for real logs, or `-- --log FILE --rules FILE` (one
 * pattern a line). The contenders take turns; each figure is the best of ROUNDS (5) turns, less the best time of
 * the same program on an empty file. Ends with 1 when an aim is missed or a count differs.
 */
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { given, FOLDER, prepare, type Data } from './scan-data.ts';
import { measure, type Measured } from './scan-measure.ts';
import { logFor, peersFor, ripgrep, run, watch, type Peer, type Ran } from './scan-peers.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const COUNTS = [1, 10, 100, 1000, 10_000];

/** How many times as fast as ripgrep the scanner alone and the whole program are to be, by the clock. */
const AIMS: ReadonlyMap<number, { readonly scanner: number; readonly watch?: number }> = new Map([
  [1, { scanner: 1 }],
  [10, { scanner: 1.5, watch: 0.5 }],
  [100, { scanner: 1.5, watch: 0.5 }],
  [1000, { scanner: 3, watch: 0.5 }],
]);
/** The share of the speed with 1000 patterns that is left with 10,000. */
const LEAST_LEFT = 0.5;
const LONGEST_COMPILE_MS = 2000;
const MOST_MEMORY_MB = 200;

/** The best of several turns of one contender. */
interface Best {
  /** Seconds, less those for an empty file. */
  readonly wall: number;
  readonly cpu: number;
  readonly peakMb: number;
  readonly counted: number | undefined;
  readonly bytes: number;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { log: { type: 'string' }, rules: { type: 'string' } },
    allowPositionals: true,
  });
  const [job, log, rules] = positionals;
  if (job === 'measure' && log !== undefined && rules !== undefined) {
    console.log(JSON.stringify(measure(log, rules)));
  } else if (values.log !== undefined && values.rules !== undefined) {
    report(given(values.log, values.rules));
  } else {
    const rates = COUNTS.map((count) => report(prepare(count)));
    const [thousand = NaN, tenThousand = NaN] = rates.slice(-2);
    judge('speed left with 10,000 of that with 1000', tenThousand / thousand, LEAST_LEFT);
  }
}

/** Prints one table; the answer is the scanner's speed in MB/s. */
function report(data: Data): number {
  const { own, peers } = takeTurns(data);
  const [first] = own;
  if (first === undefined) throw new Error('ROUNDS must be at least 1');
  const bytes = statSync(data.log).size;
  const scanner: Best = { ...least(own), counted: first.count, bytes };
  const reference = peers.get(ripgrep);
  const share = ((100 * first.candidates) / Math.max(first.lines, 1)).toFixed(2);
  const compileMs = Math.min(...own.map((one) => one.compileMs));
  console.log(
    `${data.count} rules, ${first.count} of ${first.lines} lines match, ${share} % were candidates, ` +
      `compiled in ${compileMs.toFixed(0)} ms`,
  );
  const linesPerByte = first.lines / bytes;
  const reading = Math.min(...own.map((one) => one.reading));
  print('reading alone', { ...scanner, wall: reading, cpu: reading }, reference, linesPerByte);
  print('scanner alone', scanner, reference, linesPerByte);
  for (const [peer, best] of peers) print(peer.name, best, reference, linesPerByte);
  compare(data.count, scanner, peers, compileMs);
  return bytes / 1e6 / scanner.wall;
}

/** Every contender once a round, so that what slows the machine down meets all of them. */
function takeTurns(data: Data): {
  readonly own: readonly Measured[];
  readonly peers: ReadonlyMap<Peer, Best>;
} {
  const empty = join(FOLDER, 'bench-empty.log');
  writeFileSync(empty, '');
  const own: Measured[] = [];
  const turns = new Map(
    peersFor(data.count).map((peer) => [peer, { whole: [] as Ran[], start: [] as Ran[] }]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(measureApart(data));
    for (const [peer, { whole, start }] of turns) {
      // What takes minutes need not be taken five times.
      if (peer.bytes !== undefined && round > 0) continue;
      const began = run(peer.command(data, empty));
      const ended = run(peer.command(data, logFor(peer, data)));
      if (began === undefined || ended === undefined) turns.delete(peer);
      else {
        start.push(began);
        whole.push(ended);
      }
    }
  }
  return {
    own,
    peers: new Map([...turns].map(([peer, { whole, start }]) => [peer, bestOf(peer, data, whole, start)])),
  };
}

/** The scanner in a process of its own, as its peers are; it leaves start and compilation out by itself. */
function measureApart({ log, rules }: Data): Measured {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'measure', log, rules]);
  return JSON.parse(output.toString()) as Measured;
}

function bestOf(peer: Peer, data: Data, whole: readonly Ran[], start: readonly Ran[]): Best {
  const [all, none] = [least(whole), least(start)];
  return {
    wall: Math.max(all.wall - none.wall, 0.001),
    cpu: Math.max(all.cpu - none.cpu, 0.001),
    peakMb: all.peakMb,
    counted: peer.counted?.(whole[0]?.output.trim() ?? ''),
    bytes: statSync(logFor(peer, data)).size,
  };
}

/** The least times, which need not be of one turn, and the highest peak. */
function least(turns: readonly Pick<Ran, 'wall' | 'cpu' | 'peakMb'>[]): Pick<Ran, 'wall' | 'cpu' | 'peakMb'> {
  return {
    wall: Math.min(...turns.map(({ wall }) => wall)),
    cpu: Math.min(...turns.map(({ cpu }) => cpu)),
    peakMb: Math.max(...turns.map(({ peakMb }) => peakMb)),
  };
}

function print(name: string, best: Best, reference: Best | undefined, linesPerByte: number): void {
  const rate = best.bytes / 1e6 / best.wall;
  const lines = (best.bytes * linesPerByte) / best.wall;
  const ratio = reference === undefined ? '' : `  ${ratioTo(best, reference, 'wall')} × rg`;
  const cpu = reference === undefined ? '' : ` (processor ${ratioTo(best, reference, 'cpu')} ×)`;
  console.log(
    `  ${name.padEnd(14)} ${best.wall.toFixed(3).padStart(8)} s ${rate.toFixed(1).padStart(8)} MB/s ` +
      `${Math.round(lines).toLocaleString('en').padStart(11)} lines/s ${best.peakMb.toFixed(0).padStart(4)} MB${ratio}${cpu}`,
  );
}

const ratio = (own: Best, other: Best, by: 'wall' | 'cpu'): number =>
  own.bytes / own[by] / (other.bytes / other[by]);

const ratioTo = (own: Best, other: Best, by: 'wall' | 'cpu'): string => ratio(own, other, by).toPrecision(3);

function compare(count: number, scanner: Best, peers: ReadonlyMap<Peer, Best>, compileMs: number): void {
  for (const [{ name }, { counted }] of peers) {
    if (counted === undefined || counted === scanner.counted) continue;
    console.log(`    COUNTS DIFFER: ${name} found ${counted}`);
    process.exitCode = 1;
  }
  judge('peak memory of the scanner, MB', scanner.peakMb, MOST_MEMORY_MB, 'most');
  judge('compile time, ms', compileMs, LONGEST_COMPILE_MS, 'most');
  const reference = peers.get(ripgrep);
  const aims = AIMS.get(count);
  if (reference === undefined || aims === undefined) return;
  judge('scanner to ripgrep', ratio(scanner, reference, 'wall'), aims.scanner);
  const whole = peers.get(watch);
  if (whole !== undefined && aims.watch !== undefined) {
    judge('watch --once to ripgrep', ratio(whole, reference, 'wall'), aims.watch);
  }
}

/** Says whether an aim is reached; one that is not makes the bench end with 1. */
function judge(what: string, value: number, aim: number, bound: 'least' | 'most' = 'least'): void {
  const reached = bound === 'least' ? value >= aim : value <= aim;
  console.log(`    ${reached ? 'reached' : 'NOT REACHED'}: ${what} ${value.toPrecision(3)}, ${bound} ${aim}`);
  if (!reached) process.exitCode = 1;
}

main();
