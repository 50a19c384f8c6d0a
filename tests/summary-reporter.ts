import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends every run with the plain line `N passed, N failed[, N skipped]`, after naming each skipped test
 * with its reason, and each that passed only when it was tried again.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const brokenModules = modules.filter((module) => module.state() === 'failed' && count('failed') === 0);
    for (const test of tests.filter((each) => each.result().state === 'skipped')) {
      console.log(`skipped: ${nameOf(test)}${reasonOf(test)}`);
    }
    for (const test of tests.filter((each) => each.diagnostic()?.flaky === true)) {
      console.log(`passed at the second try: ${nameOf(test)}`);
    }
    const failed = count('failed') + errors.length + brokenModules.length;
    const skipped = count('skipped');
    console.log(`\n${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId}: ${test.fullName}`;

function reasonOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note !== undefined ? ` (${result.note})` : '';
}
