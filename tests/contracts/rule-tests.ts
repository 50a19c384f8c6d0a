import { expect } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { openStage } from '../../src/daemon/stage.ts';
import type { RuleTest, Stage, TestReport, ToldAlert } from '../../src/rehearsal/contract.ts';
import { play } from '../../src/rehearsal/play.ts';
import { runTests } from '../../src/rehearsal/run.ts';

/** Patterns are compiled as the daemon compiles them. */
export const match = createMatchPorts();

/** What the tests of a configuration are played with. */
export const stageOf = (config: Config): Promise<Stage> => openStage(config, { match });

/** What somebody would be told of after these lines. */
export const toldOf = (stage: Stage, lines: RuleTest['lines'], rule?: string): readonly ToldAlert[] =>
  play({ ...(rule === undefined ? {} : { rule }), lines, alerts: [] }, stage).told;

/** Fails unless all tests that a configuration brings along pass. */
export async function checkRuleTests(config: Config): Promise<TestReport> {
  const report = runTests(config.tests, await stageOf(config));
  for (const { test, problems } of report.results) {
    expect(problems, `${test.place?.file}:${test.place?.line}`).toEqual([]);
  }
  return report;
}

/** Fails unless every rule that tells something has a test that fires and one that stays silent. */
export function checkCoverage({ coverage }: TestReport, rules: readonly string[]): void {
  const rows = coverage.filter(({ rule }) => rules.includes(rule));
  expect(rows.map(({ rule }) => rule)).toEqual(rules);
  for (const { rule, fired, silent } of rows) {
    expect(fired, `${rule} fires`).toBeGreaterThan(0);
    expect(silent, `${rule} stays silent`).toBeGreaterThan(0);
  }
}
