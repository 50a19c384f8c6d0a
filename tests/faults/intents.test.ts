import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { intentPoints } from '../../src/daemon/crash-points.ts';
import type { IntentRow } from '../../src/store/contract.ts';
import { openLedgerReader } from '../../src/store/ledger.ts';
import { eventually } from '../peers/eventually.ts';

/** Lines before and after the process is killed. */
const half = 12;
const total = 2 * half;
const all = Array.from({ length: total }, (_, number) => String(number));

let dir: string;
const path = (name: string): string => join(dir, name);
const linesOf = (name: string): readonly string[] =>
  existsSync(path(name)) ? readFileSync(path(name), 'utf8').split('\n').slice(0, -1) : [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'intents-'));
  writeFileSync(path('app.log'), '');
  writeFileSync(
    path('sentinel.yaml'),
    `
sources: { app: { file: ${path('app.log')}, start: beginning } }
rules: [{ id: numbered, match: 'numbered (?<n>\\d+) end', key: [n], alert: {} }]
channels: { screen: { screen: {} } }
receivers: { all: { channels: [screen] } }
`,
  );
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const built = (file: string): string => pathToFileURL(join(import.meta.dirname, '../../dist', file)).href;

/**
 * A daemon whose engine wants things done instead of alerts: for each number a line written, a command run
 * that reports, and when it ends another line.
 */
const program = (): string => `
  import { openDaemon } from '${built('daemon/daemon.js')}';
  import { crashAt } from '${built('daemon/crash-points.js')}';
  import { createMatchPorts } from '${built('daemon/node-ports.js')}';
  import { loadConfig } from '${built('config/load.js')}';
  import { createEngine } from '${built('engine/engine.js')}';
  import { openLedger } from '${built('store/ledger.js')}';
  const dir = ${JSON.stringify(dir)};
  const match = createMatchPorts();
  const loaded = await loadConfig({ files: [dir + '/sentinel.yaml'], match, zone: 'UTC' });
  const opened = await openLedger({ directory: dir + '/state' }, Date.now());
  const makeEngine = (made, options) => {
    const engine = createEngine(made, options);
    const step = (input) => {
      let ordinal = 0;
      const to = (rule, action, intent) =>
        ({ type: 'do', rule, action, desc: '', intent, now: input.now, seq: input.seq, ordinal: ordinal++ });
      const write = (file, text) => ({ type: 'write', file: dir + '/' + file, how: 'line', text });
      if (input.type === 'commandFinished') {
        engine.step(input);
        return [to(input.rule, 'tell', write('finished', input.child + ' ' + (input.exit ?? 'lost')))];
      }
      return engine.step(input).flatMap((effect) => {
        if (effect.type !== 'raise') return [effect];
        const n = effect.key[0];
        const command = { type: 'shell', text: 'echo ' + n + ' >> ' + dir + '/ran; exit 3' };
        return [
          to(effect.rule, 'write', write('written', n)),
          to(effect.rule, 'run', { type: 'run', child: n, command, outputs: false, reports: true }),
        ];
      });
    };
    return { ...engine, step };
  };
  const say = (message, members) => process.stderr.write(message + ' ' + JSON.stringify(members ?? {}) + '\\n');
  const started = await openDaemon({
    config: loaded.value, ledger: opened.ledger, durable: true, mode: 'live', follow: true, match,
    now: Date.now, channelPorts: () => ({}), makeEngine,
    log: { debug: say, info: say, warn: say, error: say }, reach: crashAt(process.env),
  });
  started.daemon.start();
  process.on('SIGTERM', async () => { await started.daemon.stop(5000); opened.ledger.close(); });
`;

interface Run {
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
}

function run(crashAt = ''): Run {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program()], {
    env: { PATH: process.env['PATH'], TZ: 'UTC', BIRD_SENTINEL_CRASH_AT: crashAt },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_code, signal) => resolve(signal));
  });
  return { ended, stderr: () => stderr, kill: (signal) => void child.kill(signal) };
}

const append = (from: number, to: number): void => {
  for (let number = from; number < to; number++) {
    appendFileSync(path('app.log'), `Nov 20 10:00:00 web1 app[7]: numbered ${number} end\n`);
  }
};

async function intents(): Promise<readonly IntentRow[]> {
  const opened = await openLedgerReader({ directory: path('state') });
  if (!opened.ok) return [];
  try {
    return opened.reader.intents({ limit: 10_000 });
  } finally {
    opened.reader.close();
  }
}

/** Lets a last, whole run finish everything. */
async function finish(): Promise<void> {
  append(half, total);
  const last = run();
  await eventually(async () => {
    const rows = await intents();
    const isSettled = rows.every(({ state }) => state === 'done' || state === 'unknown');
    return isSettled && rows.filter(({ action }) => action === 'tell').length === total;
  }, `all intents: ${last.stderr()}`);
  last.kill('SIGTERM');
  expect(await last.ended, last.stderr()).toBeNull();
}

/** Each was done, and only what was under way at a kill more than once. */
function expectEach(lines: readonly string[], kills: number): void {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  expect([...counts.keys()].toSorted()).toEqual(all.toSorted());
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(1 + kills);
}

async function expectAllDone(kills: number): Promise<void> {
  expectEach(linesOf('written'), kills);
  // Commands are repeated once, however often the program dies.
  expectEach(linesOf('ran'), 1);
  const rows = await intents();
  const of = (action: string): readonly IntentRow[] => rows.filter((row) => row.action === action);
  // The ledger has each exactly once, whatever was repeated in the world.
  for (const action of ['write', 'run', 'tell']) expect(of(action)).toHaveLength(total);
  // A rule hears of each of its commands once: how it ended, or that nobody knows.
  const told = of('tell').map(({ intent }) => ('text' in intent ? intent.text : ''));
  expect(told.map((text) => text.replace(/ .*/, '')).toSorted()).toEqual(all.toSorted());
  const unknown = of('run').filter(({ state }) => state === 'unknown');
  const lost = told.filter((text) => text.endsWith(' lost'));
  expect(lost).toHaveLength(unknown.length);
  expect(told.filter((text) => text.endsWith(' 3'))).toHaveLength(total - unknown.length);
  for (const row of unknown) expect(row.outcome).toBeDefined();
  expect(new Set(linesOf('finished'))).toEqual(new Set(told));
}

describe('kill -9 on the way of what rules want done', () => {
  const places = [...intentPoints, 'before-commit', 'after-commit'].filter((point) => point !== 'resumed');

  test.each(places)('at %s: all is done, and the ledger knows each once', async (point) => {
    append(0, half);
    const first = run(`${point}:3`);
    expect(await first.ended, first.stderr()).toBe('SIGKILL');
    await finish();
    await expectAllDone(1);
  });

  test('a command that was repeated once is not repeated again', async () => {
    append(0, half);
    const first = run('after-intent:5');
    expect(await first.ended, first.stderr()).toBe('SIGKILL');
    for (const point of ['resumed', 'during-intent:2', 'after-intent']) {
      const next = run(point);
      expect(await next.ended, next.stderr()).toBe('SIGKILL');
    }
    await finish();
    await expectAllDone(4);
    expect(linesOf('ran').length).toBeGreaterThan(total);
    expect((await intents()).filter(({ state }) => state === 'unknown').length).toBeGreaterThan(0);
  });
});

test('a clean stop leaves nothing to repeat', async () => {
  append(0, half);
  const first = run();
  await eventually(() => linesOf('ran').length > 0, 'the first command');
  first.kill('SIGTERM');
  await first.ended;
  await finish();
  expectEach(linesOf('written'), 0);
  expect((await intents()).filter(({ state }) => state === 'unknown')).toEqual([]);
});
