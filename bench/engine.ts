/**
 * How fast rules run, next to SEC: `npm run bench:engine`. 100 and 1000 rules of SEC's own form (single ones,
 * thresholds, pairs, contexts) over a million lines of which one in a hundred matches, from bytes to effects, and
 * SEC itself on 20,000 of these lines in the same run, less its start. Then what a million live keys cost. Ends
 * with 1 below the aims.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createIntake } from '../src/daemon/intake.ts';
import { localTime } from '../src/daemon/local-time.ts';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import { secIncludeSchema } from '../src/config/include-forms.ts';
import { readSecInclude } from '../src/config/sec-include.ts';
import { nodeFiles } from '../src/config/node-files.ts';
import { createEngine } from '../src/engine/engine.ts';
import type { Chunk } from '../src/model/chunk.ts';
import type { Rule } from '../src/model/program.ts';
import { instant, millis } from '../src/model/time.ts';
import { measureKeys } from './engine-keys.ts';
import { FOLDER } from './scan-data.ts';

const LINES = Number(process.env['LINES'] ?? 1_000_000);
const SLICE = 20_000;
const CHUNK_LINES = 5_000;
/** How many times as fast as SEC, by the number of rules. */
const AIMS: ReadonlyMap<number, number> = new Map([
  [100, 50],
  [1000, 500],
]);
const begin = Date.UTC(2026, 10, 20);

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const [count, aim] of AIMS) await compare(count, aim);
  const keys = measureKeys(1_000_000);
  judge('bytes for a live key', keys.bytesPerKey, 400, 'most');
  judge('events a second with a million keys', keys.eventsPerSecond, 300_000);
  judge('its growth from a tenth of the keys, to that of a bare Map', keys.growth, keys.mapGrowth, 'most');
  const turns = keys.longestTurnsMs.map((ms) => ms.toFixed(1)).join(', ');
  const longest = keys.longestTurnsMs.at(-1) ?? Infinity;
  judge(`longest turn while checkpoints are written, ms (of three processes: ${turns})`, longest, 20, 'most');
}

async function compare(count: number, aim: number): Promise<void> {
  const conf = join(FOLDER, `engine-${count}.sec`);
  writeFileSync(conf, rulesOf(count));
  const own = await linesPerSecond(conf, count);
  const theirs = linesPerSecondOfSec(conf, count);
  console.log(`${count} rules: ${perSecond(own.rate)}, ${own.effects} effects, ${own.candidates} candidates`);
  if (theirs === undefined) return console.log('  sec is not installed: nothing to compare with');
  console.log(`  sec ${perSecond(theirs)}`);
  judge('times as fast as sec', own.rate / theirs, aim);
}

/** A quarter each of single rules, thresholds, pairs, and rules that need or make contexts. */
function rulesOf(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const word = wordOf(index);
    const pattern = `pattern=${word}\\[\\d+\\]: (\\w+) failed for (\\S+)`;
    const forms = [
      `type=Single\nptype=RegExp\n${pattern}\ndesc=$1 $2\naction=assign %last $2`,
      `type=SingleWithThreshold\nptype=RegExp\n${pattern}\ndesc=$1 $2\naction=none\nwindow=60\nthresh=5`,
      `type=Pair\nptype=RegExp\n${pattern}\ndesc=$1 $2\naction=none\nptype2=RegExp\n` +
        `pattern2=${word}\\[\\d+\\]: $1 restored for $2\ndesc2=%1\naction2=none\nwindow=60`,
      `type=Single\nptype=RegExp\n${pattern}\ncontext=!SEEN_$2\ndesc=$1 $2\naction=create SEEN_$2 30`,
    ];
    return `${forms[index % forms.length] ?? ''}\n`;
  }).join('\n');
}

const wordOf = (index: number): string => `daemon${((index * 7919) % 100_003).toString(36)}x`;

/** Lines from `from` on: one in a hundred is for some rule. */
function* linesOf(rules: number, from: number, to: number): Generator<string> {
  for (let line = from; line < to; line += 1) {
    const second = String(line % 60).padStart(2, '0');
    const text =
      line % 100 === 0
        ? `${wordOf((line / 100) % rules)}[${line % 977}]: disk failed for host${line % 31}`
        : `kernel[${line % 977}]: eth${line % 4}: link is up, full duplex, flow control rx/tx, ${line % 8191} packets`;
    yield `Nov 20 10:00:${second} web${line % 9} ${text}\n`;
  }
}

interface Rate {
  readonly rate: number;
  readonly effects: number;
  readonly candidates: number;
}

/** From bytes to effects: scanner, parser, engine. */
async function linesPerSecond(conf: string, rules: number): Promise<Rate> {
  const match = createMatchPorts();
  const program = { rules: [await secRule(conf)], hash: 'bench' };
  const intake = createIntake({ name: 'log', format: 'auto' }, program, 'UTC', match);
  const options = { match, localTime, limits: { keysPerRule: 100_000 }, late: millis(600_000) };
  const engine = createEngine(program, options);
  let seq = 0;
  let effects = 0;
  let wall = 0;
  for (let from = 0; from < LINES; from += CHUNK_LINES) {
    const chunk = toChunk([...linesOf(rules, from, from + CHUNK_LINES)].join(''), from);
    const started = performance.now();
    for (const taken of intake.take(chunk)) {
      effects += engine.step({ type: 'event', seq: seq++, now: chunk.receivedAt, ...taken }).length;
    }
    wall += (performance.now() - started) / 1000;
  }
  return { rate: LINES / wall, effects, candidates: intake.counts().candidates };
}

async function secRule(conf: string): Promise<Rule> {
  const include = secIncludeSchema.parse({ sec: resolve(conf) });
  const place = { file: conf, line: 1, column: 1 };
  const read = await readSecInclude(include, place, { ports: nodeFiles, match: createMatchPorts() });
  const [mistake] = [...read.broken, ...read.diagnostics.filter(({ severity }) => severity === 'error')];
  if (mistake !== undefined || read.rule === undefined) throw new Error(JSON.stringify(mistake));
  return read.rule;
}

/** A second passes with each chunk. */
function toChunk(text: string, from: number): Chunk {
  const bytes = Buffer.from(text);
  const receivedAt = instant(begin + (from / CHUNK_LINES) * 1000);
  const position = { stream: '/var/log/bench', begin: from, end: from + bytes.length, mark: null };
  return { source: 'log', bytes, records: { kind: 'lines' }, position, receivedAt, reference: receivedAt };
}

function linesPerSecondOfSec(conf: string, rules: number): number | undefined {
  const [log, empty] = [join(FOLDER, 'engine-slice.log'), join(FOLDER, 'bench-empty.log')];
  writeFileSync(log, [...linesOf(rules, 0, SLICE)].join(''));
  writeFileSync(empty, '');
  const [whole, start] = [secondsOfSec(conf, log), secondsOfSec(conf, empty)];
  return whole === undefined || start === undefined ? undefined : SLICE / Math.max(whole - start, 0.001);
}

function secondsOfSec(conf: string, input: string): number | undefined {
  const started = performance.now();
  const args = [`--conf=${conf}`, `--input=${input}`, '--notail', '--log=/dev/null', '--debug=1'];
  const ran = spawnSync('sec', args, { stdio: 'ignore' });
  return ran.error === undefined ? (performance.now() - started) / 1000 : undefined;
}

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')} lines/s`;

/** Says whether an aim is reached; one that is not makes the bench end with 1. */
function judge(what: string, value: number, aim: number, bound: 'least' | 'most' = 'least'): void {
  const reached = bound === 'least' ? value >= aim : value <= aim;
  console.log(`    ${reached ? 'reached' : 'NOT REACHED'}: ${what} ${value.toPrecision(4)}, ${bound} ${aim}`);
  if (!reached) process.exitCode = 1;
}

await main();
