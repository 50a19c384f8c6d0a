#!/usr/bin/env node
import { basename } from 'node:path';
import { takeSignals } from './signals.ts';
import { watchOutputs } from './terminal.ts';
import { ownVersion } from './version.ts';

watchOutputs();
// Before anything large is loaded: until then a signal would end a daemon that has just been started.
if (process.argv.includes('run')) takeSignals();

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
