import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMatchPorts } from '../../../src/daemon/node-ports.ts';
import { readSwatchArguments } from '../../../src/dialects/swatch/command-line.ts';
import { readSwatch } from '../../../src/dialects/swatch/read.ts';
import type { Findings } from '../../../src/dialects/swatch/report.ts';
import { scanPattern } from '../../../src/dialects/swatch/scan-pattern.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import { swatchKind, writeSwatchOptions } from '../../../src/engine/swatch-rule.ts';
import type { SwatchProgram } from '../../../src/engine/swatch/program.ts';
import { createScanner } from '../../../src/match/scanner.ts';
import type { Effect } from '../../../src/model/effect.ts';
import type { Command, Intent } from '../../../src/model/intent.ts';
import type { Row } from '../../../src/model/machine.ts';
import type { Rule } from '../../../src/model/program.ts';
import { instant, millis } from '../../../src/model/time.ts';
import type { LocalTime } from '../../../src/engine/sec/contract.ts';
import { visible, withoutColours, type Outcome, type Scenario } from './scenario.ts';

export const match = createMatchPorts();

/** How the machine is treated meanwhile. */
export interface PlayOptions {
  /** Only lines that the byte scanner finds reach it. */
  readonly prefilter?: boolean;
  /** It is made anew of its rows before every line. */
  readonly reborn?: boolean;
}

/** A configuration of a scenario as our rule. */
export function readScenarioRules(scenario: Scenario): {
  readonly program: SwatchProgram;
  readonly findings: Findings;
} {
  const { awk, oldStyle } = readSwatchArguments(scenario.args.split(/\s+/).filter((word) => word !== ''));
  return readSwatch(
    { name: 'swatch.conf', text: scenario.conf },
    {
      ports: match,
      awk,
      oldStyle,
      shell: true,
      user: 'root',
      included(path) {
        const file = scenario.files.get(path);
        return file === undefined ? 'does not exist' : { name: path, text: file.bytes.toString('latin1') };
      },
    },
  );
}

/** What a scenario comes to with our reading and our machine: effects of each line. */
export function effectsOf(scenario: Scenario, options: PlayOptions = {}): readonly Effect[] {
  const { program, findings } = readScenarioRules(scenario);
  if (findings.errors.length > 0) return [];
  const rule = swatchRule(program);
  const rows = new Map<string, Row>();
  let engine = create(rule);
  const wants = options.prefilter === true ? prefilter(program) : () => true;
  return scenario.lines.flatMap(({ at, text }, seq) => {
    if (!wants(text)) return [];
    const now = instant(START + at);
    const event = {
      at: now,
      receivedAt: now,
      source: 's',
      stream: '/s',
      offset: seq,
      line: text,
      text,
      fields: {},
    };
    const effects = engine.step({ type: 'event', seq, now, event, rules: [0] });
    if (options.reborn === true) engine = renewed(engine, rule, rows);
    return effects;
  });
}

/** Friday, 2026-11-20 10:00:00.02 UTC: cases begin just after a second. */
const START = Date.UTC(2026, 10, 20, 10) + 20;

/** A rule of the engine with all actions carried out, or those of `on` as alerts. */
export const swatchRule = (program: SwatchProgram, on: readonly string[] = []): Rule => ({
  id: 'swatch',
  kind: swatchKind,
  pattern: scanPattern(program).pattern,
  except: [],
  key: [],
  options: writeSwatchOptions({ program, on, time: 'received' }),
  actions: on.length === 0 ? [] : [{ type: 'alert', severity: 'warning' }],
  origin: { dialect: 'swatch', file: 'c.yaml', line: 1, column: 1 },
  hash: 'h',
});

export const utc = (at: number): LocalTime => {
  const date = new Date(at);
  return {
    second: date.getUTCSeconds(),
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    weekday: date.getUTCDay(),
    zone: 'UTC',
    offset: 0,
  };
};

export const create = (rule: Rule, keysPerRule = 1000): Engine =>
  createEngine(
    { rules: [rule], hash: 'h' },
    { match, localTime: utc, limits: { keysPerRule }, late: millis(0) },
  );

/** The same engine out of its rows, which have been text meanwhile. */
export function renewed(engine: Engine, rule: Rule, rows: Map<string, Row>): Engine {
  for (const row of engine.changes()) {
    const name = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) rows.delete(name);
    else rows.set(name, row);
  }
  const next = create(rule);
  next.restore([...rows.values()].map((row) => JSON.parse(JSON.stringify(row)) as Row));
  return next;
}

function prefilter(program: SwatchProgram): (text: string) => boolean {
  const scanner = createScanner([{ index: 0, pattern: scanPattern(program).pattern }], 'text', match);
  return (text) => {
    const bytes = Buffer.from(`${text}\n`, 'latin1');
    const position = { stream: '/s', begin: 0, end: bytes.length, mark: null };
    const at = instant(0);
    const chunk = {
      source: 's',
      bytes,
      records: { kind: 'lines' },
      position,
      receivedAt: at,
      reference: at,
    } as const;
    return [...scanner.scan(chunk)].length > 0;
  };
}

/** Plays a scenario and carries out, one after the other, what comes of it, in a folder of its own. */
export function play(scenario: Scenario, options: PlayOptions = {}): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'swatch-play-'));
  try {
    mkdirSync(join(folder, 'home'));
    for (const [name, { bytes, mode }] of scenario.files) writeFileSync(join(folder, name), bytes, { mode });
    const stdout = carryOut(effectsOf(scenario, options), folder);
    const left = readdirSync(folder).filter((name) => name !== 'home' && !scenario.files.has(name));
    const files = new Map(
      left.map((name) => [name, visible(readFileSync(join(folder, name))).trimEnd()] as const),
    );
    return { stdout: withoutColours(visible(stdout)).replaceAll(folder, 'TMP'), files };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function carryOut(effects: readonly Effect[], folder: string): Buffer {
  const outputs: Buffer[] = [];
  let pipe: { readonly command: Command; text: string } | undefined;
  const run = (command: Command, input: string): void => {
    const [program = '', ...args] = command.type === 'argv' ? command.argv : ['/bin/sh', '-c', command.text];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: join(folder, 'home'), LANG: 'C', TZ: 'UTC' };
    const { stdout } = spawnSync(program, args, { cwd: folder, env, input: Buffer.from(input, 'latin1') });
    // There is none when the program could not be started.
    if (Buffer.isBuffer(stdout)) outputs.push(stdout);
  };
  const closePipe = (): void => {
    if (pipe !== undefined) run(pipe.command, pipe.text);
    pipe = undefined;
  };
  const carry = (intent: Intent): void => {
    if (intent.type === 'write') {
      const end = intent.how === 'line' ? '\n' : '';
      outputs.push(Buffer.from('\x07'.repeat(intent.bells ?? 0) + intent.text + end, 'latin1'));
    } else if (intent.type === 'run') run(intent.command, intent.input ?? '');
    else if (intent.type === 'closePipe') closePipe();
    else if (intent.type === 'pipe') {
      pipe ??= { command: intent.command, text: '' };
      pipe.text += intent.text;
    }
  };
  for (const effect of effects) if (effect.type === 'do') carry(effect.intent);
  closePipe();
  return Buffer.concat(outputs);
}
