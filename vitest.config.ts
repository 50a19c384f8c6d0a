import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './tests/summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/seed.ts'],
    // Guards against hanging, for machines that are twenty times slower.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Most tests wait for other programs most of the time.
    maxWorkers: 4,
    // A machine may be busy with something else; the summary names what was tried again.
    retry: 1,
    reporters: ['default', new SummaryReporter()],
  },
});
