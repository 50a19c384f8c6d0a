import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import type { Effect, EngineInput } from '../../src/model/effect.ts';
import { instant, latest } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';
import { size } from '../size.ts';
import { backtestOf, configOf, folder, logsOf, match, present, writeLog } from './backtest-world.ts';

const cases = size('BACKTEST_CASES', 40, 1000);
const rules = `
rules:
  - { id: each, match: 'disk (?<disk>\\w+) failed', key: [disk], alert: { severity: critical } }
  - { id: often, match: 'login of (?<user>\\w+) failed', key: [user], count: { reach: 3, within: 10m }, alert: {} }
  - { id: backup, match: 'backup begins', expect: { match: 'backup ends', within: 1h }, alert: {} }
  - { id: no-cron, from: [auth], absent: { match: 'CRON', for: 30m }, alert: {} }
  - { id: both, together: { within: 20m, of: [{ match: 'link down' }, { rule: often }] }, alert: {} }
`;

const texts = [
  'disk sda failed',
  'disk sdb failed',
  'login of root failed',
  'login of bob failed',
  'backup begins',
  'backup ends',
  'CRON: run',
  'link down',
  'all is well',
  'a line of no interest whatever',
];

interface Written {
  readonly log: 'auth' | 'sys';
  readonly at: number;
  readonly text: string;
}

const lines = fc.array(
  fc.record({
    log: fc.constantFrom('auth' as const, 'sys' as const),
    gap: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 300 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 7200 }) },
    ),
    text: fc.constantFrom(...texts),
  }),
  { minLength: 1, maxLength: 150 },
);

/** The log begins, and silence with it, with a line at which no rule looks. */
const beginsUnseen: { log: Written['log']; gap: number; text: string }[] = [
  { log: 'auth', gap: 1, text: 'a line of no interest whatever' },
  { log: 'auth', gap: 1800, text: 'disk sda failed' },
];

test(
  'a backtest finds what the engine finds that is shown every line of all logs in their order',
  async () => {
    const home = folder();
    const config = await configOf(rules, home.path('rules.yaml'));
    // Rules of a file are bound to no source; this one is to be.
    const bound = config.program.rules.map((rule) =>
      rule.id === 'no-cron' ? { ...rule, from: ['auth'] } : rule,
    );
    const program = { ...config.program, rules: bound };
    await fc.assert(
      fc.asyncProperty(lines, async (drawn) => {
        let at = Date.parse('2026-03-01T00:00:00Z');
        const written = drawn.map(({ log, gap, text }): Written => ({ log, at: (at += gap * 1000), text }));
        const { path, remove } = folder();
        try {
          for (const log of ['auth', 'sys'] as const) writeLog(path(log), textOf(written, log), present);
          const result = await backtestOf(
            { ...config, program },
            await logsOf([
              ['auth', path('auth')],
              ['sys', path('sys')],
            ]),
          );
          const expected = shownAll(program, written);
          const found = result.rules.filter(({ raised }) => raised > 0);
          expect(new Map(found.map(({ rule, raised }) => [rule, raised]))).toEqual(expected);
          expect(result.read.lines).toBe(written.length);
        } finally {
          remove();
        }
      }),
      { numRuns: cases, examples: [[beginsUnseen]] },
    );
    home.remove();
  },
  60_000 + cases * 1_000,
);

const lineOf = ({ at, text }: Written): string => `${new Date(at).toISOString()} web1 app[7]: ${text}`;

const textOf = (written: readonly Written[], log: string): string =>
  written
    .filter((line) => line.log === log)
    .map((line) => `${lineOf(line)}\n`)
    .join('');

/** Raises by rule, of an engine that sees each line as it comes. */
function shownAll(
  program: Parameters<typeof createEngine>[0],
  written: readonly Written[],
): ReadonlyMap<string, number> {
  const sources = ['auth', 'sys'].filter((log) => written.some((line) => line.log === log));
  const engine = createEngine(program, {
    match,
    limits: { keysPerRule: 100_000 },
    late: 600_000 as Parameters<typeof createEngine>[1]['late'],
    sources: ['auth', 'sys'],
  });
  const parser = createParser({ format: 'auto', zone: 'UTC' });
  const raised = new Map<string, number>();
  let seq = 0;
  let now = instant(0);
  const step = (input: EngineInput): void => {
    for (const effect of engine.step(input)) count(effect, raised);
  };
  for (const [index, line] of written.entries()) {
    const { event } = parser.parse(
      lineOf(line),
      { source: line.log, receivedAt: present, reference: present, position: { stream: line.log } },
      0,
    );
    now = latest(now, event.at);
    const isFirst = written.findIndex(({ log }) => log === line.log) === index;
    if (isFirst) step({ type: 'sourceState', seq: seq++, now, source: line.log, condition: 'atEnd' });
    step({ type: 'event', seq: seq++, now, event, rules: program.rules.map((_, rule) => rule) });
    const isLast = written.findLastIndex(({ log }) => log === line.log) === index;
    if (isLast) step({ type: 'sourceState', seq: seq++, now, source: line.log, condition: 'gone' });
  }
  expect(sources.length).toBeGreaterThan(0);
  return raised;
}

function count(effect: Effect, raised: Map<string, number>): void {
  if (effect.type === 'raise') raised.set(effect.rule, (raised.get(effect.rule) ?? 0) + 1);
}
