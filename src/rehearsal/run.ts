import { compare } from './compare.ts';
import type { RuleTest, Stage, TestReport, TestResult } from './contract.ts';
import { createCoverage } from './coverage.ts';
import { play } from './play.ts';

/** Plays tests one by one, each from nothing, and notes what of the rules they tried. */
export function runTests(tests: readonly RuleTest[], stage: Stage): TestReport {
  const coverage = createCoverage(stage);
  const results = tests.map((test): TestResult => {
    const played = play(test, stage);
    coverage.note(test, played);
    const told = played.told.filter(({ rule }) => test.rule === undefined || rule === test.rule);
    return { test, told, problems: compare(test, told, played, stage) };
  });
  return { results, coverage: coverage.rules() };
}
