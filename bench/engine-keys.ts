/**
 * What a key costs: a `count` rule with a million live keys, with a checkpoint's `changes()` after every
 * thousand inputs. Aims: under 400 bytes a key, over 300,000 events a second, hardly longer with a
 * million keys than with a hundred thousand, no checkpoint of over 20 ms. Exits 1 below them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import { createEngine, type Engine } from '../src/engine/engine.ts';
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
  /** The longest `changes()` of a thousand inputs. */
  readonly longestTurnMs: number;
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

/** Fills an engine with `count` keys and measures; takes about ten microseconds a key. */
export function measureKeys(count: number): KeyCosts {
  const few = Math.ceil(count / 10);
  const smallTime = timePerEvent(fill(few).engine, few);
  const large = fill(count);
  const largeTime = timePerEvent(large.engine, count);
  return {
    bytesPerKey: large.bytes / count,
    eventsPerSecond: 1 / largeTime.seconds,
    growth: largeTime.seconds / smallTime.seconds,
    longestTurnMs: Math.max(large.longestTurnMs, largeTime.longestTurnMs),
  };
}

interface Filled {
  readonly engine: Engine;
  readonly bytes: number;
  readonly longestTurnMs: number;
}

function fill(count: number): Filled {
  const before = usedBytes();
  const engine = createEngine(
    { rules: [rule], hash: 'h' },
    { match: createMatchPorts(), limits: { keysPerRule: count }, late: millis(600_000) },
  );
  const turns = stepAll(engine, count, (index) => index);
  return { engine, bytes: usedBytes() - before, longestTurnMs: turns.longestTurnMs };
}

function timePerEvent(
  engine: Engine,
  keys: number,
): { readonly seconds: number; readonly longestTurnMs: number } {
  // A multiplicative generator: every key comes up, in no order that a cache could follow.
  let state = 1;
  const anyKey = (): number => (state = (state * 48_271) % 2_147_483_647) % keys;
  stepAll(engine, Math.ceil(rounds / 10), anyKey);
  const begun = cpuMs();
  const { longestTurnMs } = stepAll(engine, rounds, anyKey);
  return { seconds: (cpuMs() - begun) / 1000 / rounds, longestTurnMs };
}

function stepAll(
  engine: Engine,
  events: number,
  keyOf: (index: number) => number,
): { readonly longestTurnMs: number } {
  let longestTurnMs = 0;
  for (let index = 0; index < events; index += 1) {
    engine.step(eventOf(keyOf(index), index));
    if (index % checkpointEvery !== 0) continue;
    const begun = cpuMs();
    engine.changes();
    longestTurnMs = Math.max(longestTurnMs, cpuMs() - begun);
  }
  engine.changes();
  return { longestTurnMs };
}

function eventOf(key: number, index: number): EngineInput {
  const address = `10.${(key >> 16) & 255}.${(key >> 8) & 255}.${key & 255}`;
  const text = `Failed password for root from ${address} port 22 ssh2`;
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

/**
 * Milliseconds that the main thread ran (Linux, proc(5): schedstat), elsewhere of the wall: what else a busy
 * machine does in between is not ours.
 */
function cpuMs(): number {
  if (!isTold) return performance.now();
  return Number(readFileSync(schedstat, 'utf8').split(' ')[0]) / 1e6;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { bytesPerKey, eventsPerSecond, growth, longestTurnMs } = measureKeys(1_000_000);
  console.log(`bytes a key                        ${bytesPerKey.toFixed(0)} (aim: under 400)`);
  console.log(`events a second                    ${eventsPerSecond.toFixed(0)} (aim: over 300000)`);
  console.log(`time with 1000000 keys / 100000    ${growth.toFixed(2)}`);
  console.log(`longest changes() of 1000 inputs   ${longestTurnMs.toFixed(1)} ms (aim: under 20)`);
  if (bytesPerKey > 400 || eventsPerSecond < 300_000 || longestTurnMs > 20) process.exitCode = 1;
}
