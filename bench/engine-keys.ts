/**
 * What a key costs: a `count` rule with a million live keys, with a checkpoint's `changes()` after every
 * thousand inputs. Aims: under 400 bytes a key, over 300,000 events a second, hardly longer with a
 * million keys than with a hundred thousand, no checkpoint of over 20 ms. `bench/engine.ts` judges; alone it
 * prints one measurement: `engine 1000000`, `map 1000000`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import { createEngine, type Engine } from '../src/engine/engine.ts';
import { present } from '../src/kit/assert.ts';
import type { EngineInput } from '../src/model/effect.ts';
import type { Rule } from '../src/model/program.ts';
import { instant, millis } from '../src/model/time.ts';

/** What `count` live keys cost. */
export interface KeyCosts {
  readonly bytesPerKey: number;
  /** Events of keys that are there already, all of them live. */
  readonly eventsPerSecond: number;
  /** Time of such an event with `count` keys, over that with a tenth of them. */
  readonly growth: number;
  /** The same of a look-up in a bare Map: what memory that no cache holds costs anybody. */
  readonly mapGrowth: number;
  /** The longest `changes()` of a thousand inputs, of each process, ascending. */
  readonly longestTurnsMs: readonly number[];
}

const schedstat = '/proc/self/schedstat';
const isTold = existsSync(schedstat);
const checkpointEvery = 1000;
const rounds = 100_000;
const origin = { dialect: 'native', file: 'bench.yaml', line: 1, column: 1 } as const;
const start = Date.UTC(2026, 10, 20);

const rule: Rule = {
  id: 'brute-force',
  kind: 'count',
  pattern: {
    type: 'regex',
    source: 'Failed password for (?<user>\\S+) from (?<ip>\\S+) port',
    scope: 'either',
    origin,
  },
  except: [],
  key: ['ip'],
  options: { reach: 20, within: 3_600_000 },
  actions: [],
  origin,
  hash: 'h',
};

type What = 'engine' | 'map';

/** One process's figures for some number of keys. */
interface Measured {
  readonly bytes: number;
  readonly seconds: number;
  readonly longestTurnMs: number;
}

/**
 * Each measurement is a process of its own, so that none walks through another's garbage, and is made three
 * times: of the times of an event the best counts, because a neighbour on the machine can only add to it. A turn
 * is long when one of V8's whole collections falls into it, of which a million keys see two or three. Takes about
 * half a minute for a million.
 */
export function measureKeys(count: number): KeyCosts {
  const few = Math.ceil(count / 10);
  const thrice = (what: What, keys: number): readonly Measured[] =>
    [1, 2, 3].map(() => measureApart(what, keys));
  const best = (runs: readonly Measured[]): number => Math.min(...runs.map(({ seconds }) => seconds));
  const small = thrice('engine', few);
  const large = thrice('engine', count);
  return {
    bytesPerKey: Math.max(...large.map(({ bytes }) => bytes)) / count,
    eventsPerSecond: 1 / best(large),
    growth: best(large) / best(small),
    mapGrowth: best(thrice('map', count)) / best(thrice('map', few)),
    longestTurnsMs: large.map(({ longestTurnMs }) => longestTurnMs).toSorted((a, b) => a - b),
  };
}

function measureApart(what: What, count: number): Measured {
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), what, String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(run.stdout) as Measured;
}

/** The least that can be done for an event: its key is looked up, and what is found there counts. */
function measureMap(count: number): Measured {
  const map = new Map<string, { count: number }>();
  for (let key = 0; key < count; key += 1) map.set(JSON.parse(`"${addressOf(key)}"`) as string, { count: 0 });
  const anyKey = randomKeys(count);
  const look = (): void => void (present(map.get(addressOf(anyKey())), 'a key').count += 1);
  for (let index = 0; index < rounds / 10; index += 1) look();
  const begun = cpuMs();
  for (let index = 0; index < rounds; index += 1) look();
  const looked = cpuMs();
  for (let index = 0; index < rounds; index += 1) addressOf(anyKey());
  return { bytes: 0, seconds: (2 * looked - begun - cpuMs()) / 1000 / rounds, longestTurnMs: 0 };
}

/** Fills an engine with `count` keys, then gives it events of any of them. */
function measureEngine(count: number): Measured {
  const before = usedBytes();
  const engine = createEngine(
    { rules: [rule], hash: 'h' },
    { match: createMatchPorts(), limits: { keysPerRule: count }, late: millis(600_000) },
  );
  held.add(engine);
  const filling = stepAll(engine, count, (index) => index - 1);
  const bytes = usedBytes() - before;
  const { seconds, longestTurnMs } = timePerEvent(engine, count);
  return { bytes, seconds, longestTurnMs: Math.max(filling.longestTurnMs, longestTurnMs) };
}

/**
 * As the daemon's engine, this one hangs on more than the stack, which V8 looks at only while the process stands
 * still: what nothing else leads to it would mark all at once.
 */
const held = new Set<Engine>();

function timePerEvent(
  engine: Engine,
  keys: number,
): { readonly seconds: number; readonly longestTurnMs: number } {
  const anyKey = randomKeys(keys);
  stepAll(engine, rounds / 10, anyKey);
  const { ms, longestTurnMs } = stepAll(engine, rounds, anyKey);
  const without = stepAll(undefined, rounds, anyKey);
  return { seconds: (ms - without.ms) / 1000 / rounds, longestTurnMs };
}

/** A multiplicative generator: every key comes up, in no order that a cache could follow. */
function randomKeys(keys: number): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) % keys;
}

/** Steps and checkpoints, by turns; without an engine it only makes the events and measures. */
function stepAll(
  engine: Engine | undefined,
  events: number,
  keyOf: (index: number) => number,
): { readonly ms: number; readonly longestTurnMs: number } {
  const begun = cpuMs();
  let longestTurnMs = 0;
  for (let index = 1; index <= events; index += 1) {
    const event = eventOf(keyOf(index), index);
    engine?.step(event);
    if (index % checkpointEvery !== 0) continue;
    const stepped = cpuMs();
    engine?.changes();
    longestTurnMs = Math.max(longestTurnMs, cpuMs() - stepped);
  }
  return { ms: cpuMs() - begun, longestTurnMs };
}

const addressOf = (key: number): string => `10.${(key >> 16) & 255}.${(key >> 8) & 255}.${key & 255}`;

function eventOf(key: number, index: number): EngineInput {
  const text = `Failed password for root from ${addressOf(key)} port 22 ssh2`;
  const at = instant(start + index);
  return {
    type: 'event',
    seq: index,
    now: at,
    rules: [0],
    event: {
      at,
      receivedAt: at,
      source: 'auth',
      stream: '/var/log/auth.log',
      offset: index,
      line: text,
      text,
      fields: {},
    },
  };
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Milliseconds that the main thread ran (Linux, proc(5): schedstat), elsewhere of the wall: what else a busy
 * machine does in between is not ours. The kernel adds them up at each tick of four, and when a thread waits:
 * so it waits for a moment.
 */
function cpuMs(): number {
  if (!isTold) return performance.now();
  Atomics.wait(nothing, 0, 0, 0.01);
  return Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e6;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const [, program, what, count = '1000000'] = process.argv;
if (program !== undefined && import.meta.url === pathToFileURL(program).href)
  console.log(JSON.stringify((what === 'map' ? measureMap : measureEngine)(Number(count))));
