#!/usr/bin/env node
import { basename } from 'node:path';
import { exit } from './exit.ts';
import { ownVersion } from './version.ts';

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
  process.stdout.write(`${ownVersion()}\n`);
} else {
  const { runCommand } = await import('./program.ts');
  process.exitCode = await runCommand(argv, ownVersion());
}
