import { accessSync, chownSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../../channels/private-file.ts';
import { safeForTerminal } from '../../kit/terminal.ts';
import { readAccounts, systemUser } from '../../install/accounts.ts';
import { noWay, proposalText, readWay, wayNames, wayQuestion, type Way } from '../../install/proposal.ts';
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

/** Where it lies, wherever the program does. */
const minimal = fileURLToPath(new URL('../../../examples/minimal.yaml', import.meta.url));

/** `init`: a first configuration for this machine, checked and tried. */
export async function init(settings: Settings, _: readonly string[], flags: InitFlags): Promise<ExitCode> {
  const file = fileOf(settings);
  if (existsSync(file)) {
    complain(`${file} is there already and is left as it is; name another with -c`);
    return exit.failed;
  }
  const found = survey({ isThere: existsSync, canRead, hasSource });
  if (found.logs.length === 0) {
    complain(`no log that is known was found; write one into sources of a copy of ${minimal}`);
    return exit.failed;
  }
  const guess = guessWay(settings);
  const told = flags.tell === undefined ? undefined : wayFrom(flags.tell);
  if (told?.ok === false) {
    complain(`--tell takes ${wayNames.join(', ')} with '=' and where to: email=ops@example.org`);
    return exit.usage;
  }
  const prompt = flags.yes === true ? undefined : openPrompt();
  try {
    const logs = await choose(prompt, 'Logs to watch', found.logs, ({ name }) => name);
    const packs = await choose(prompt, 'Rules', found.packs, (name) => name);
    const answer = told ?? (prompt === undefined ? guess : await askWay(prompt, guess));
    if (logs === undefined || packs === undefined || answer?.ok !== true) {
      complain(`nothing was written${prompt?.isPerson === false ? ' (--yes asks nothing)' : ''}`);
      return exit.usage;
    }
    const { way } = answer;
    for (const log of logs.filter(({ isReadable }) => !isReadable)) sayUnreadable(log);
    // What a service shows on its screen ends in the journal, which may be watched: a file cannot echo.
    const isService = isRoot() && settings.configIsDefault;
    const alertLog = isService ? { alertLog: '/var/log/bird-sentinel/alerts.log' } : {};
    const refused = write(file, proposalText({ logs, packs, ...(way && { way }), ...alertLog }), {
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

/** What was answered to "how shall it tell you?". */
type Answer = ReturnType<typeof readWay>;

/** What is there already decides: a connected account, then a mail server as cron would use it. */
function guessWay(settings: Settings): Answer {
  if (isConnected(settings, 'bot')) return readWay('x-dm', '', sender());
  const hasMail = isRoot() && existsSync('/usr/sbin/sendmail');
  return hasMail ? readWay('email', 'root@localhost', sender()) : { ok: true };
}

const isConnected = ({ state }: Settings, account: string): boolean =>
  existsSync(join(state, `x-${account}.json`));

const sender = (): string => `bird-sentinel@${/^[A-Za-z0-9.-]+$/.exec(hostname())?.[0] ?? 'localhost'}`;

function wayFrom(text: string): Answer {
  const at = text.indexOf('=');
  const [by, where] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  return readWay(by, where, sender());
}

/** All of them, or those that a person names; undefined: the input ended, or a name is wrong. */
async function choose<T>(
  prompt: Prompt | undefined,
  what: string,
  all: readonly T[],
  nameOf: (each: T) => string,
): Promise<readonly T[] | undefined> {
  if (prompt === undefined) return all;
  do {
    const answer = await prompt.ask(
      `${what}: ${all.map(nameOf).join(' ')}\n  Enter takes them all, or name those to take: `,
    );
    if (answer === undefined || answer === '') return answer === undefined ? undefined : all;
    const names = answer.split(/[\s,]+/);
    const unknown = names.filter((name) => !all.some((each) => nameOf(each) === name));
    if (unknown.length === 0) return all.filter((each) => names.includes(nameOf(each)));
    complain(`not among them: ${unknown.join(' ')}`);
  } while (prompt.isPerson);
  return undefined;
}

/** Undefined: the input ended. */
async function askWay(prompt: Prompt, guess: Answer): Promise<Answer | undefined> {
  let answer = await askWayOnce(prompt, guess);
  while (prompt.isPerson && answer?.ok === false) answer = await askWayOnce(prompt, guess);
  return answer;
}

async function askWayOnce(prompt: Prompt, guess: Answer): Promise<Answer | undefined> {
  const guessed = (guess.ok ? guess.way?.by : undefined) ?? noWay;
  const answer = await prompt.ask(
    `How shall it tell you? ${wayNames.join(', ')}\n  Enter takes ${guessed}: `,
  );
  if (answer === undefined) return undefined;
  if (answer === '') return guess;
  const question = wayQuestion(answer);
  const where = question === undefined ? '' : await prompt.ask(question);
  if (where === undefined) return undefined;
  const read = readWay(answer, where, sender());
  if (!read.ok) complain(`that is no way to tell somebody: ${answer} ${where}`);
  return read;
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
async function tryOut(settings: Settings, way: Way | undefined, flags: InitFlags): Promise<ExitCode> {
  const checked = await check(settings, [], {});
  if (checked !== exit.done) return checked;
  const missing = way?.account !== undefined && !isConnected(settings, way.account) ? way.account : undefined;
  if (missing !== undefined)
    print(`next: bird-sentinel auth login x --account ${missing}, then bird-sentinel drill`);
  const tries = flags.drill && missing === undefined;
  const tried = tries ? await drill(settings, [], { severity: 'warning' }) : exit.done;
  const named = settings.configIsDefault ? '' : ` -c ${settings.config.join(' ')}`;
  const start = isRoot() ? 'bird-sentinel setup makes it a service' : `bird-sentinel${named} run starts it`;
  print(safeForTerminal(`next: ${start}; bird-sentinel${named} doctor says what is missing`));
  return tried;
}
