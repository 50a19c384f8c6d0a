import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { corpus, linesOf, type Small } from './corpus.ts';
import { play, readScenarioRules, type PlayOptions } from './play.ts';
import { isInstalled, realOutcome } from './real-swatch.ts';
import { showOutcome, type Scenario } from './scenario.ts';

/** What the real swatchdog came to, and we where we mean to differ: written with RECORD_SWATCH=1. */
interface Recorded {
  readonly real: string;
  readonly ours?: string;
}

const path = fileURLToPath(new URL('corpus.json', import.meta.url));
const recording = process.env['RECORD_SWATCH'] === '1' && isInstalled();
const recorded: { [name: string]: Recorded } = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as { [name: string]: Recorded })
  : {};

const scenarioOf = (small: Small): Scenario => ({
  conf: small.conf,
  files: new Map(),
  args: small.args ?? '',
  lines: linesOf(small).map((text) => ({ at: 0, text })),
});

const WAYS: readonly (readonly [string, PlayOptions])[] = [
  ['every line given', {}],
  ['only lines in which a pattern could match', { prefilter: true }],
  ['made anew of its rows before every line', { reborn: true }],
];

describe.each(WAYS)('as the real swatchdog in small: %s', (_, options) => {
  test.each(Object.entries(corpus))('%s', (name, small) => {
    const got = showOutcome(play(scenarioOf(small), options));
    if (recording) {
      const real = showOutcome(realOutcome(small.conf, linesOf(small), small.args));
      recorded[name] = small.differs === undefined ? { real } : { real, ours: got };
    }
    const { real, ours } = recorded[name] ?? { real: 'not recorded' };
    expect(got).toBe(small.differs === undefined ? real : ours);
    if (small.differs !== undefined) expect(got, 'it does not differ').not.toBe(real);
  });
});

test('what is not as swatch itself does it is told with its line', () => {
  for (const [name, small] of Object.entries(corpus)) {
    const { leftOut, repaired, traps } = readScenarioRules(scenarioOf(small)).findings;
    const told = [...leftOut, ...repaired, ...traps];
    if (small.differs !== undefined) expect(told, name).not.toEqual([]);
    for (const { file, line, column } of told) {
      expect(file, name).toBe('swatch.conf');
      expect(line, name).toBeGreaterThan(0);
      expect(column, name).toBeGreaterThan(0);
    }
  }
});

test('there are a hundred', () => expect(Object.keys(corpus).length).toBeGreaterThan(100));

afterAll(() => {
  if (recording) writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`);
});
