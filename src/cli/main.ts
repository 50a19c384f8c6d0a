#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { exit } from './exit.ts';

/** The version in package.json, which lies beside `dist/`. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(found);
}

// A reader that went away (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exit.done);
  throw error;
});

const [, name = '', ...argv] = process.argv;
if (basename(name) === 'submit_check_result') {
  const { runSubmission } = await import('./program.ts');
  process.exitCode = await runSubmission(argv);
} else if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${version()}\n`);
} else {
  const { runCommand } = await import('./program.ts');
  process.exitCode = await runCommand(argv, version());
}
