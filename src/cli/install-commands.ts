import { Argument, Option, type Command } from 'commander';
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
  program
    .command('setup')
    .description('makes the program a service: system user, directories, hardened unit, pages')
    .option('--print', 'only show all that would be done and written')
    .option('--uninstall', 'take it back; what holds data stays')
    .option('--root <dir>', 'of a machine that is not running, below this directory')
    .addOption(new Option('--starter <name>', 'what starts services').choices(['systemd', 'lsb']))
    .option('--program <path>', 'how the service starts the program, if not as it runs now')
    .option('--package', 'only the files that a package of a distribution holds')
    .action(action(async () => (await import('./commands/setup.ts')).setup));
  program
    .command('completion')
    .description('completion of words for a shell: source <(bird-sentinel completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(action(async () => (await import('./commands/completion.ts')).completion));
  program
    .command('man')
    .description('a manual page in roff: bird-sentinel man | man -l -')
    .addArgument(new Argument('[page]', 'the page').choices(['bird-sentinel', 'bird-sentinel.yaml']))
    .action(action(async () => (await import('./commands/man.ts')).man));
}
