import { accessSync, chownSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from '../../channels/private-file.ts';
import { safeForTerminal } from '../../kit/terminal.ts';
import { readAccounts, systemUser } from '../../install/accounts.ts';
import { proposalText, readWay, type Way } from '../../install/proposal.ts';
import { survey, type FoundLog } from '../../install/survey.ts';
import { sourceKinds } from '../../sources/registry.ts';
import { exit, type ExitCode } from '../exit.ts';
import { openPrompt, type Prompt } from '../prompt.ts';
import type { Settings } from '../settings.ts';
import { complain, print } from '../terminal.ts';
import { check } from './check.ts';
import { drill } from './drill.ts';

/** Flags of `init`. */
export interface InitFlags {
  readonly yes?: boolean;
  /** `KIND` or `KIND=WHERE`. */
  readonly tell?: string;
  /** False: nothing is sent. */
  readonly drill: boolean;
}

/** `init`: a first configuration for this machine, checked and tried. */
export async function init(settings: Settings, _: readonly string[], flags: InitFlags): Promise<ExitCode> {
  const file = fileOf(settings);
  if (existsSync(file)) {
    complain(`${file} is there already and is left as it is; name another with -c`);
    return exit.failed;
  }
  const found = survey({ isThere: existsSync, canRead, hasSource });
  if (found.logs.length === 0) {
    complain('no log that is known was found; write one into sources of examples/minimal.yaml');
    return exit.failed;
  }
  const guess = guessWay(settings);
  const told = flags.tell === undefined ? undefined : wayFrom(flags.tell);
  if (flags.tell !== undefined && told === undefined) {
    complain(`--tell takes ${wayKinds.join(', ')} with '=' and where to: email=ops@example.org`);
    return exit.usage;
  }
  const prompt = flags.yes === true ? undefined : openPrompt();
  try {
    const logs = await choose(prompt, 'Logs to watch', found.logs, ({ name }) => name);
    const packs = await choose(prompt, 'Rules', found.packs, (name) => name);
    const way = told ?? (prompt === undefined ? guess : await askWay(prompt, guess));
    if (logs === undefined || packs === undefined || way === undefined) {
      complain('nothing was written');
      return exit.usage;
    }
    for (const log of logs.filter(({ isReadable }) => !isReadable)) sayUnreadable(log);
    // What a service shows on its screen ends in the journal, which may be watched: a file cannot echo.
    const isService = isRoot() && settings.configIsDefault;
    const alertLog = isService ? { alertLog: '/var/log/bird-sentinel/alerts.log' } : {};
    const refused = write(file, proposalText({ logs, packs, way, ...alertLog }), {
      state: settings.state,
      ...alertLog,
    });
    if (refused !== undefined) {
      complain(refused);
      return exit.failed;
    }
    print(safeForTerminal(`wrote ${file}`));
    return await tryOut({ ...settings, config: [file] }, way, flags);
  } finally {
    prompt?.close();
  }
}

/** A folder named with -c, or the usual one, gets `sentinel.yaml`. */
function fileOf({ config }: Settings): string {
  const [place = '.'] = config;
  return /\.ya?ml$/.test(place) ? place : join(place, 'sentinel.yaml');
}

const isRoot = (): boolean => process.geteuid?.() === 0;
const hasSource = (kind: string): boolean => sourceKinds.some((each) => each.kind === kind);

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function sayUnreadable({ path }: FoundLog): void {
  const who = isRoot() ? systemUser : 'you';
  complain(`${path} may not be read by ${who} yet: bird-sentinel doctor names the group that helps`);
}

const wayKinds = ['x-dm', 'email', 'webhook', 'exec', 'none'] as const;

/** What is there already decides: a connected account, then a mail server as cron would use it. */
function guessWay({ state }: Settings): Way {
  if (existsSync(join(state, 'x-bot.json'))) return { kind: 'x-dm', to: '@me' };
  if (existsSync('/usr/sbin/sendmail') && isRoot()) {
    return { kind: 'email', to: 'root@localhost', from: sender(), server: 'smtp://localhost' };
  }
  return { kind: 'none' };
}

const sender = (): string => `bird-sentinel@${/^[A-Za-z0-9.-]+$/.exec(hostname())?.[0] ?? 'localhost'}`;

function wayFrom(text: string): Way | undefined {
  const at = text.indexOf('=');
  const [kind, where] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return readWay(kind, where, { from: sender() });
}

/** All of them, or those that a person names; undefined: the input ended, or a name is wrong. */
async function choose<T>(
  prompt: Prompt | undefined,
  what: string,
  all: readonly T[],
  nameOf: (each: T) => string,
): Promise<readonly T[] | undefined> {
  if (prompt === undefined) return all;
  const answer = await prompt.ask(
    `${what}: ${all.map(nameOf).join(' ')}\n  Enter takes them all, or name those to take: `,
  );
  if (answer === undefined || answer === '') return answer === undefined ? undefined : all;
  const names = answer.split(/[\s,]+/);
  const unknown = names.filter((name) => !all.some((each) => nameOf(each) === name));
  if (unknown.length === 0) return all.filter((each) => names.includes(nameOf(each)));
  complain(`not among them: ${unknown.join(' ')}`);
  return undefined;
}

const whereTo: { readonly [kind: string]: string } = {
  'x-dm': 'Who gets the direct message (@name, or @me): ',
  email: 'Mail address, and the server if it is not smtp://localhost: ',
  webhook: 'Address of the webhook: ',
  exec: 'Program, with its arguments: ',
};

async function askWay(prompt: Prompt, guess: Way): Promise<Way | undefined> {
  const answer = await prompt.ask(
    `How shall it tell you? ${wayKinds.join(', ')}\n  Enter takes ${guess.kind}: `,
  );
  if (answer === undefined) return undefined;
  if (answer === '' || answer === guess.kind) return guess;
  const question = whereTo[answer];
  const where = question === undefined ? '' : await prompt.ask(question);
  const way = where === undefined ? undefined : readWay(answer, where, { from: sender() });
  if (way === undefined) complain(`that is no way to tell somebody: ${answer} ${where ?? ''}`);
  return way;
}

/** Writes a file that was not there, for the user that the daemon will be; answers why not. */
function write(
  file: string,
  text: string,
  { state, alertLog }: { readonly state: string; readonly alertLog?: string },
): string | undefined {
  const owner = isRoot() ? readAccounts().user(systemUser) : undefined;
  const handOver = (path: string): void => {
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  const makeFolder = (path: string, mode: number): void => {
    if (existsSync(path)) return;
    mkdirSync(path, { recursive: true, mode });
    handOver(path);
  };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
    writeFileSync(file, text, { flag: 'wx', mode: owner === undefined ? 0o600 : 0o640 });
    if (owner !== undefined) chownSync(file, 0, owner.gid);
    makeFolder(state, 0o700);
    if (alertLog === undefined) return undefined;
    makeFolder(dirname(alertLog), 0o750);
    if (existsSync(alertLog)) return undefined;
    writeFileSync(alertLog, '', { flag: 'wx', mode: 0o640 });
    handOver(alertLog);
    return undefined;
  } catch (error) {
    return `${file} cannot be written (${codeOf(error)})`;
  }
}

/** Checks what was written and sends a test the real way, where that can work already. */
async function tryOut(settings: Settings, way: Way, flags: InitFlags): Promise<ExitCode> {
  const checked = await check(settings, [], {});
  if (checked !== exit.done) return checked;
  const isConnected = way.kind !== 'x-dm' || existsSync(join(settings.state, 'x-bot.json'));
  if (!isConnected) print('next: bird-sentinel auth login x --account bot, then bird-sentinel drill');
  const tried = flags.drill && isConnected ? await drill(settings, [], { severity: 'warning' }) : exit.done;
  const named = settings.configIsDefault ? '' : ` -c ${settings.config.join(' ')}`;
  print(
    isRoot()
      ? 'next: bird-sentinel setup makes it a service; bird-sentinel doctor says what is missing'
      : safeForTerminal(`next: bird-sentinel${named} run; bird-sentinel${named} doctor says what is missing`),
  );
  return tried;
}
