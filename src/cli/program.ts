import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { addInstall } from './install-commands.ts';
import { leaveSignals } from './signals.ts';
import { settingsFrom, type GlobalFlags, type Settings } from './settings.ts';
import { complain } from './terminal.ts';

/** Parses `argv` and runs one command; answers its exit code. Our own bugs end with a trace and 1. */
export async function runCommand(argv: readonly string[], version: string): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const program = build(version, (result) => (code = result));
  try {
    await program.parseAsync(guardSubmission(joinSecArguments(argv)), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage;
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exit.failed;
  }
}

/** Every command with its options, for pages and completions. */
export const commandTree = (version: string): Command => build(version, () => undefined);

type Run<Flags> = (settings: Settings, args: readonly string[], flags: Flags) => Promise<ExitCode>;

function build(version: string, done: (code: ExitCode) => void): Command {
  const program = new Command('bird-sentinel')
    .description('Watches logs, correlates, and tells a human in private within a second.')
    .version(version, '-V, --version')
    .option('-c, --config <file>', 'configuration file or folder (repeatable)', collect)
    .option('--state <dir>', 'ledger, tokens and socket')
    .option('-v, --verbose', 'say more')
    .option('-q, --quiet', 'say only errors')
    .option('--json', 'data as JSON')
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'))
    .showHelpAfterError('(see bird-sentinel --help)')
    .exitOverride();

  /** Turns a command's own parameters into one call; commander gives arguments, then options. */
  const action =
    <Flags>(load: () => Promise<Run<Flags>>) =>
    async (...received: unknown[]): Promise<void> => {
      const command = received.at(-1);
      const flags = received.at(-2) as Flags;
      const args = received
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string');
      const all = command instanceof Command ? command.optsWithGlobals<GlobalFlags>() : {};
      if (command instanceof Command && command.name() !== 'run') leaveSignals();
      const run = await load();
      done(await run(settingsOf(all), args, flags));
    };

  program
    .command('run')
    .description('the daemon, in the foreground')
    .option('--once', 'read what is new since the saved position, deliver, stop')
    .option('--dry-run', 'deliver to the screen only, move no position')
    .action(action(async () => (await import('./commands/run.ts')).run));
  program
    .command('watch')
    .description('files or standard input (-) through the shipped rules; alerts on the screen')
    .argument(
      '[file...]',
      "files or pipes, '-' for standard input; without any, this machine's usual logs or journal",
    )
    .option('--once', 'read to the end and stop')
    .option('--rule <regex>', 'alert on lines that match (repeatable)', collect)
    .option(
      '--rules <file>',
      "rules from a configuration file, or one of SEC's or swatch's (repeatable)",
      collect,
    )
    .option('--sec <args>', "SEC's own arguments: '-conf=rules.sec -input=/var/log/auth.log'")
    .option('--swatch <args>', "swatch's own arguments: '-c swatch.conf --examine=/var/log/auth.log'")
    .action(action(async () => (await import('./commands/watch.ts')).watch));
  program
    .command('explain')
    .description('what each step makes of a line, which rules match or come near, and who would hear of it')
    .argument('<line...>', "the line, or '-' for lines from standard input")
    .option('--source <name>', 'the source of the configuration that the line comes from')
    .option('--rule <regex>', 'this rule instead of the configuration (repeatable)', collect)
    .option(
      '--rules <file>',
      "rules of this file instead of the configuration, or of SEC's (repeatable)",
      collect,
    )
    .option('--fresh', 'as if nothing had happened before, at the time of the line')
    .action(action(async () => (await import('./commands/explain.ts')).explain));
  program
    .command('backtest')
    .description('what history would have brought: alerts, messages, money; nothing is delivered')
    .argument('[file...]', 'logs; their rotations (auth.log.1, auth.log.2.gz) are found beside them')
    .option('--source <name>', 'the source of the configuration that these files belong to')
    .option('--rule <regex>', 'this rule instead of the configuration (repeatable)', collect)
    .option(
      '--rules <file>',
      "rules of this file instead of the configuration, or of SEC's (repeatable)",
      collect,
    )
    .option('--no-rotated', 'only the files named, without their rotations')
    .option('--html <file>', 'also write a report with charts, for a browser without a network')
    .option('--learn', 'propose quiet and count for rules that tell of the same over and over')
    .action(action(async () => (await import('./commands/backtest.ts')).backtest));
  program
    .command('send')
    .description('one message now')
    .argument('<text>', "the text, or '-' for standard input")
    .option('--to <receiver>', 'receiver or channel (repeatable); without it, as the routes say', collect)
    .addOption(new Option('--severity <word>').choices(['info', 'warning', 'critical']).default('warning'))
    .option('--wait', 'wait until it is delivered or given up')
    .option('--dry-run', 'show the parts, their lengths and the price; send nothing')
    .action(action(async () => (await import('./commands/send.ts')).send));
  program
    .command(submitCommand)
    .description(
      "a check result for Nagios, through the queue: also a program of that name, as Nagios' old script",
    )
    .argument('<words...>', 'HOST SERVICE CODE TEXT; flags stand before the command')
    .action(action(async () => (await import('./commands/submit.ts')).submit));
  program
    .command('check')
    .description('everything that is wrong with the configuration')
    .argument('[file...]', 'instead of the configuration named by -c')
    .option('--deep', 'also ask the channels')
    .action(action(async () => (await import('./commands/check.ts')).check));
  program
    .command('test')
    .description('the tests written beside the rules')
    .argument('[file...]', 'instead of the configuration named by -c')
    .option('--pack <name>', "the tests of a shipped pack, or of 'all' (repeatable)", collect)
    .option('--coverage', 'also say what no test tries')
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--watch', 'again whenever a file changes')
    .action(action(async () => (await import('./commands/test.ts')).test));
  addAuth(program, action);
  addAlerts(program, action);
  addSilences(program, action);
  program
    .command('drill')
    .description('a test message by the real way, with the times of its steps')
    .argument('[receiver...]', 'without any, every receiver')
    .addOption(new Option('--severity <word>').choices(['info', 'warning', 'critical']).default('warning'))
    .option('--wait', 'wait until it is delivered or given up, five minutes at most')
    .action(action(async () => (await import('./commands/drill.ts')).drill));
  program
    .command('routes')
    .description('who hears of what')
    .command('test')
    .description('where an alert with these fields would go, and why')
    .argument('[field=value...]', 'rule=sshd/login severity=critical host=web1, any field')
    .action(action(async () => (await import('./commands/routes.ts')).test));
  program
    .command('status')
    .description('health, sources, the two sums')
    .action(action(async () => (await import('./commands/status.ts')).status));
  program
    .command('top')
    .description('how everything stands, live: sources, channels, open alerts, rules')
    .option('--once', 'print it and stop; so does a pipe')
    .addOption(
      new Option('--view <name>', 'what is shown first')
        .choices(['overview', 'alerts', 'rules'])
        .default('overview'),
    )
    .option('--every <duration>', 'how often it is looked at', '1s')
    .action(action(async () => (await import('./commands/top.ts')).top));
  program
    .command('reload')
    .description('the running daemon reads its configuration again')
    .action(action(async () => (await import('./commands/reload.ts')).reload));
  program
    .command('import')
    .description("another program's rules as native ones, with comments where something was lost")
    .argument('<dialect>', 'sec, swatch, fail2ban')
    .argument('<file>', "rules of SEC's or swatch's; a filter, jail.conf or jail.local of fail2ban's")
    .option('--jail <file>', 'of a fail2ban filter: the jail file that says how many failures count')
    .action(action(async () => (await import('./commands/import.ts')).importRules));
  program
    .command('schema')
    .description('the JSON Schema of the configuration')
    .action(action(async () => (await import('./commands/schema.ts')).schema));
  addInstall(program, action);
  return program;
}

/** Every id begins with nothing: what a script's empty variable leaves of one must not stand for any. */
function idStart(written: string): string {
  if (/[^#\s]/.test(written)) return written;
  throw new InvalidArgumentError('It must hold an id or its beginning.');
}

/** Runs as the program `submit_check_result`, which knows no flags: settings come from the environment. */
export async function runSubmission(argv: readonly string[]): Promise<ExitCode> {
  try {
    const { submit } = await import('./commands/submit.ts');
    return await submit(settingsOf({}), argv);
  } catch (error) {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exit.failed;
  }
}

/** SEC's arguments begin with a dash, which commander would take for an option of ours. */
function joinSecArguments(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => word === '--sec' || word === '--swatch');
  const value = argv[at + 1];
  return at < 0 || value === undefined
    ? [...argv]
    : [...argv.slice(0, at), `${argv[at]}=${value}`, ...argv.slice(at + 2)];
}

const submitCommand = 'submit_check_result';
const flagsWithValue = ['-c', '--config', '--state', '--color'];

/** What is submitted is never an option, whatever it begins with: a code of -1, a text that begins with a dash. */
function guardSubmission(argv: readonly string[]): string[] {
  let at = 0;
  while (argv[at]?.startsWith('-') === true) at += flagsWithValue.includes(argv[at] ?? '') ? 2 : 1;
  return argv[at] === submitCommand ? [...argv.slice(0, at + 1), '--', ...argv.slice(at + 1)] : [...argv];
}

/** Turns the loading of a command into what commander calls. */
export type Action = <Flags>(load: () => Promise<Run<Flags>>) => (...received: unknown[]) => Promise<void>;

function addAuth(program: Command, action: Action): void {
  const auth = program.command('auth').description('connect accounts');
  auth
    .command('login')
    .description('connect an account: by the PIN flow, by OAuth 2.0, or with tokens you have')
    .argument('<service>', 'x')
    .option('--account <name>', 'the name in the configuration', 'bot')
    .option('--api <url>', 'another base URL')
    .option('--import <file>', 'take keys and tokens from ~/.trc, ~/.xrc or ~/.twurlrc')
    .option('--oauth2', 'by OAuth 2.0: paste the address to which the browser is sent')
    .option('--redirect <url>', 'with --oauth2: the callback address registered at X')
    .option('--token-file <file>', 'tokens copied from the console, in a file of mode 0600')
    .action(action(async () => (await import('./commands/auth-login.ts')).authLogin));
  auth
    .command('status')
    .description('whose account, which access, last success')
    .argument('[service]', 'x', 'x')
    .option('--account <name>', 'only this one')
    .action(action(async () => (await import('./commands/auth-status.ts')).authStatus));
  auth
    .command('logout')
    .description('forget the tokens on this machine')
    .argument('<service>', 'x')
    .option('--account <name>', 'the name in the configuration', 'bot')
    .action(action(async () => (await import('./commands/auth-logout.ts')).authLogout));
}

function addAlerts(program: Command, action: Action): void {
  const alerts = program.command('alerts').description('what was raised, and what became of it');
  alerts
    .command('list')
    .description('newest first')
    .option('--rule <id>', 'only this rule')
    .addOption(new Option('--severity <word>', 'only these').choices(['info', 'warning', 'critical']))
    .option('--since <duration>', 'only those raised in the last 2h')
    .option('--open', 'only open ones')
    .option('--undelivered', 'only those that somebody did not get, for good')
    .option('--limit <n>', 'at most', '50')
    .addOption(new Option('--all', 'without a limit').conflicts('limit'))
    .action(action(async () => (await import('./commands/alerts-list.ts')).list));
  alerts
    .command('show')
    .description('one alert, its lines and its messages')
    .argument('<id>', 'the id or its beginning', idStart)
    .action(action(async () => (await import('./commands/alerts.ts')).show));
  alerts
    .command('why')
    .description('each step of its way, and why')
    .argument('<id>', 'the id or its beginning', idStart)
    .action(action(async () => (await import('./commands/alerts.ts')).why));
  alerts
    .command('ack')
    .description('somebody takes care of it: it is neither repeated nor escalated')
    .argument('<id>', 'the id or its beginning', idStart)
    .option('--note <text>', 'what is being done')
    .action(action(async () => (await import('./commands/alert-life.ts')).ack));
  alerts
    .command('resolve')
    .description('it is over: the next raise is a new alert')
    .argument('<id>', 'the id or its beginning', idStart)
    .option('--why <text>', 'why it is over')
    .action(action(async () => (await import('./commands/alert-life.ts')).resolve));
}

function addSilences(program: Command, action: Action): void {
  const silences = program.command('silences').description('alerts that nobody is told of for a while');
  silences
    .command('add')
    .description('what fits all fields is counted and not told')
    .argument(
      '<field=glob...>',
      'rule=disk/*, severity=warning, host=web?, any field; one twice: either fits',
    )
    .requiredOption('--for <duration>', 'how long: 90s, 30m, 2h, 1d')
    .option('--start <time>', '22:00 or 2026-03-01T22:00; without it, now')
    .requiredOption('--comment <text>', 'why')
    .action(action(async () => (await import('./commands/silences.ts')).add));
  silences
    .command('list')
    .description('those that have not ended')
    .action(action(async () => (await import('./commands/silences.ts')).list));
  silences
    .command('expire')
    .description('end one before its time')
    .argument('<id>', 'the id or its beginning', idStart)
    .action(action(async () => (await import('./commands/silences.ts')).expire));
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

const settingsOf = (flags: GlobalFlags): Settings =>
  settingsFrom(flags, process.env, {
    isRoot: process.getuid?.() === 0,
    isTTY: process.stdout.isTTY,
  });
