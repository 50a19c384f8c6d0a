import { spawnSync } from 'node:child_process';
import type { Command, RunIntent } from '../../../src/model/intent.ts';
import { bytesOf, textOf } from './bytes.ts';
import type { Sandbox } from './sandbox.ts';

/** How long a command may take, in milliseconds of the real clock; the virtual one stands still meanwhile. */
const PATIENCE = 5000;

/** What a command came to. `exit` is undefined when it did not end in time. */
export interface Ended {
  readonly run: RunIntent;
  readonly output: string;
  readonly exit: number | undefined;
}

/** Commands that were started; they do their work when SEC has nothing else to do. */
export interface Children {
  start(run: RunIntent): void;
  /** Lets all that were started come to their end, in order. */
  runAll(): readonly Ended[];
  /** Ends all by a signal before they did anything. */
  killAll(): readonly Ended[];
  readonly waiting: boolean;
}

export function createChildren(sandbox: Sandbox): Children {
  let started: RunIntent[] = [];
  const take = (): readonly RunIntent[] => {
    const runs = started;
    started = [];
    return runs;
  };
  return {
    start: (run) => void started.push(run),
    get waiting() {
      return started.length > 0;
    },
    runAll: () => take().map((run) => ({ run, ...runCommand(run.command, run.input, sandbox) })),
    killAll: () => take().map((run) => ({ run, output: '', exit: 0 })),
  };
}

/** Runs a command in the sandbox. As with SEC a death by a signal is exit 0 and a missing program exit 1. */
export function runCommand(
  command: Command,
  input: string | undefined,
  sandbox: Sandbox,
): { readonly output: string; readonly exit: number | undefined } {
  const [program = '', ...args] = command.type === 'shell' ? ['/bin/sh', '-c', command.text] : command.argv;
  const ended = spawnSync(asText(program), args.map(asText), {
    cwd: sandbox.folder,
    // As Perl calls it: a command can ask for its shell's name.
    argv0: command.type === 'shell' ? 'sh' : asText(program),
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 26,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
    ...(input === undefined ? {} : { input: bytesOf(input) }),
  });
  const output = textOf(ended.stdout ?? new Uint8Array(0));
  // A command that does not read its input is an error to Node (EPIPE), but it has run.
  const ran = ended.status !== null || ended.signal !== null;
  if (ended.error !== undefined && 'code' in ended.error && ended.error.code === 'ETIMEDOUT') {
    return { output, exit: undefined };
  }
  return { output, exit: ran ? (ended.status ?? 0) : 1 };
}

/** Node hands arguments over as UTF-8, so bytes that are UTF-8 arrive as they are. */
function asText(bytes: string): string {
  return bytesOf(bytes).toString('utf8');
}
