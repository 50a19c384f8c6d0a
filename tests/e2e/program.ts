import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callControl } from '../../src/control/client.ts';
import type { Status } from '../../src/daemon/status.ts';
import type { LedgerReader } from '../../src/store/contract.ts';
import { openLedgerReader } from '../../src/store/ledger.ts';
import { eventually } from '../peers/eventually.ts';

/** The built program, as a user starts it. */
export const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** How a process ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it printed so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
  /** Gives it a line of standard input; only with `keepInput`. */
  say(line: string): void;
  kill(signal: NodeJS.Signals): Promise<Ended>;
}

/** What a process is started with; the environment is a clean one. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Standard input stays open for `say`. */
  readonly keepInput?: boolean;
  readonly cwd?: string;
}

/** Starts the program; standard input ends after `input`, unless it is kept. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  if (options.keepInput !== true) child.stdin.end(options.input ?? '');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    child,
    output: () => ({ stdout, stderr }),
    ended,
    say: (line) => void child.stdin.write(`${line}\n`),
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs the program to its end. */
export const run = (args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  start(args, options).ended;

/** A folder with a configuration, a state directory and whatever a test puts beside them. */
export interface Site {
  readonly dir: string;
  readonly state: string;
  readonly path: (name: string) => string;
  configure(yaml: string): void;
  /** The global flags for this site, before `args`. */
  args(...args: readonly string[]): readonly string[];
  /** Starts the daemon and waits until it answers on its socket. */
  daemon(options?: StartOptions): Promise<Running>;
  json(...args: readonly string[]): Promise<readonly Record<string, unknown>[]>;
  /** What the daemon says of itself; undefined where none answers. For waiting: it starts no program. */
  status(): Promise<Status | undefined>;
  /** Looks into the ledger; undefined where there is none. For waiting: it starts no program. */
  look<Seen>(see: (reader: LedgerReader) => Seen): Promise<Seen | undefined>;
  /** Waits until some decision on the newest alert of this rule, `STEP: WORDS`, holds the text; gives the alert’s id. */
  decided(rule: string, text: string): Promise<string>;
  remove(): void;
}

/** A fresh folder. */
export function site(): Site {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const state = join(dir, 'state');
  const config = join(dir, 'sentinel.yaml');
  const args = (...rest: readonly string[]): readonly string[] => ['-c', config, '--state', state, ...rest];
  const status: Site['status'] = async () => {
    const answered = await callControl(state, 'status', {}, { timeoutMs: 10_000 });
    // It is of this very version.
    return answered.ok ? (answered.value as unknown as Status) : undefined;
  };
  const look: Site['look'] = async (see) => {
    const opened = await openLedgerReader({ directory: state });
    if (!opened.ok) return undefined;
    try {
      return see(opened.reader);
    } finally {
      opened.reader.close();
    }
  };
  return {
    dir,
    state,
    path: (name) => join(dir, name),
    configure: (yaml) => writeFileSync(config, yaml),
    args,
    async daemon(options) {
      const running = start(args('run'), options);
      let over = false;
      void running.ended.then(() => (over = true));
      await eventually(async () => over || (await status()) !== undefined, 'the daemon to answer');
      if (over) throw new Error(`the daemon ended: ${running.output().stderr}`);
      return running;
    },
    async json(...rest) {
      const { stdout } = await run(args('--json', ...rest));
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    status,
    look,
    async decided(rule, text) {
      let id = '';
      const holds = (reader: LedgerReader): boolean => {
        id = reader.alerts({ rule, limit: 1 })[0]?.id ?? '';
        return reader.decisionsOf(id).some((one) => `${one.step}: ${one.text}`.includes(text));
      };
      await eventually(async () => (await look(holds)) === true, `"${text}" of ${rule}`);
      return id;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
