import type { Command } from 'commander';
import type { Action } from './program.ts';

/** The commands that make the program live on a machine. */
export function addInstall(program: Command, action: Action): void {
  program
    .command('init')
    .description('a first configuration for this machine, checked and tried')
    .option('--yes', 'ask nothing: take the logs, rules and way that were guessed')
    .option('--tell <way>', 'x-dm=@name, email=ops@example.org, webhook=URL, exec=PROGRAM, none')
    .option('--no-drill', 'send no test message')
    .action(action(async () => (await import('./commands/init.ts')).init));
  program
    .command('doctor')
    .description('what keeps the program from its work on this machine, and what to do about it')
    .action(action(async () => (await import('./commands/doctor.ts')).doctor));
}
