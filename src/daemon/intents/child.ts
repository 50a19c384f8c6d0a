import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Command, RunIntent } from '../../model/intent.ts';
import type { Millis } from '../../model/time.ts';
import { bytesOf, textOf } from './bytes.ts';
import { createGate } from './gate.ts';
import { createOutputLines } from './output-lines.ts';

/** How a command ended. */
export type ChildEnd =
  /** `exit` is what a shell would say, `killed`: of a signal; `lastLine` the last thing on its standard error. */
  | { readonly type: 'exited'; readonly exit: number; readonly killed: boolean; readonly lastLine: string }
  | { readonly type: 'notStarted'; readonly exit: number; readonly why: string }
  | { readonly type: 'timedOut'; readonly exit: number }
  /** The program stops; what the command did is not known. */
  | { readonly type: 'stopped' };

export interface ChildPorts {
  readonly environment: { readonly [name: string]: string };
  readonly limits: {
    readonly commandTime?: Millis;
    readonly outputLine: number;
    readonly outputLines: number;
  };
  /** Whether what it prints is taken although its rule does not ask for it. */
  readonly shown: boolean;
  /** One line it printed; `committed` is to be called when it is safe. */
  readonly output: (line: string, committed: () => void) => void;
  /** Ends it: first asked to, then killed. */
  readonly stop: AbortSignal;
}

/** Lines of one command that may wait for the disk. */
const linesUnderWay = 256;
/** A grandchild may keep the output open after the command itself is done. */
const outputGraceMs = 200;
const termGraceMs = 1000;
const keptOfStderr = 4096;

/** Runs a command in a process group of its own, and waits for its end. Never rejects. */
export async function runChild(intent: RunIntent, ports: ChildPorts): Promise<ChildEnd> {
  if (ports.stop.aborted) return { type: 'stopped' };
  const child = start(intent, ports);
  if ('why' in child) return child;
  let cut: 'stopped' | 'timedOut' | undefined;
  const end = (why: 'stopped' | 'timedOut') => () => {
    cut ??= why;
    terminate(child);
  };
  const stop = end('stopped');
  ports.stop.addEventListener('abort', stop, { once: true });
  const { commandTime } = ports.limits;
  const timer = commandTime === undefined ? undefined : setTimeout(end('timedOut'), commandTime);
  const lastLine = keepLastLine(child.stderr);
  feed(child, intent.input);
  const exited = exitOf(child);
  const pumped = child.stdout === null ? undefined : pump(child.stdout, exited, ports);
  const how = await exited;
  clearTimeout(timer);
  await pumped;
  ports.stop.removeEventListener('abort', stop);
  child.stderr?.destroy();
  if (how.type === 'notStarted') return how;
  if (cut === 'stopped') return { type: 'stopped' };
  return cut === 'timedOut' ? { type: 'timedOut', exit: how.exit } : { ...how, lastLine: lastLine() };
}

type NotStarted = Extract<ChildEnd, { readonly type: 'notStarted' }>;
type Exit = Omit<Extract<ChildEnd, { readonly type: 'exited' }>, 'lastLine'> | NotStarted;

function start(
  { command, input, outputs }: RunIntent,
  { environment, shown }: ChildPorts,
): ChildProcess | NotStarted {
  const [program = '', ...args] = argvOf(command);
  try {
    return spawn(program, args, {
      // As Perl's and C's `system` call it: `$0` and its error messages say `sh`.
      argv0: command.type === 'shell' ? 'sh' : program,
      env: { ...environment },
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', outputs || shown ? 'pipe' : 'ignore', 'pipe'],
    });
  } catch (error) {
    return notStarted(error);
  }
}

const argvOf = (command: Command): readonly string[] =>
  command.type === 'shell'
    ? ['/bin/sh', '-c', textOf(command.text)]
    : command.argv.map((word) => textOf(word));

function notStarted(error: unknown): NotStarted {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = reasons.get(code) ?? code;
  return { type: 'notStarted', exit: code === 'ENOENT' ? 127 : 126, why };
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such program'],
  ['EACCES', 'the program may not be run'],
  ['E2BIG', 'its arguments are too long'],
  ['ENAMETOOLONG', 'the name of the program is too long'],
  ['EAGAIN', 'the system starts no more processes'],
  ['ERR_INVALID_ARG_VALUE', 'an argument holds a NUL, or the program has no name'],
]);

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(notStarted(error)));
    child.once('exit', (code, signal) => {
      const exit = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ type: 'exited', exit, killed: code === null });
    });
  });
}

function feed({ stdin }: ChildProcess, input: string | undefined): void {
  // A command need not read what it is given.
  stdin?.on('error', () => undefined);
  stdin?.end(bytesOf(input ?? ''));
}

/** Hands on what it prints, line by line, as fast as the lines are committed and the pace allows. */
async function pump(stdout: Readable, exited: Promise<Exit>, ports: ChildPorts): Promise<void> {
  const { outputLine, outputLines } = ports.limits;
  const lines = createOutputLines(outputLine);
  const gate = createGate(outputLines, linesUnderWay);
  const working = endAfterExit(stdout, exited);
  ports.stop.addEventListener('abort', gate.release, { once: true });
  const pass = async (line: string): Promise<void> => {
    await gate.take();
    ports.output(line, gate.done);
  };
  try {
    for await (const chunk of stdout) {
      working(true);
      // A stream without an encoding yields buffers.
      for (const line of lines.take(chunk as Buffer)) await pass(line);
      working(false);
    }
  } catch {
    // It was destroyed because nothing came any more.
  }
  working(true);
  for (const line of lines.rest()) await pass(line);
  ports.stop.removeEventListener('abort', gate.release);
}

/** After the command's end the output ends too, as soon as nothing more comes. */
function endAfterExit(stdout: Readable, exited: Promise<Exit>) {
  let over = false;
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    if (over && !isBusy) timer = setTimeout(() => stdout.destroy(), outputGraceMs);
  };
  const end = async (): Promise<void> => {
    await exited;
    over = true;
    watch();
  };
  void end();
  return (busy: boolean): void => {
    isBusy = busy;
    watch();
  };
}

function keepLastLine(stderr: Readable | null): () => string {
  let kept = Buffer.alloc(0);
  stderr?.on('error', () => undefined);
  stderr?.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-keptOfStderr);
  });
  return () => kept.toString('latin1').trimEnd().split('\n').at(-1) ?? '';
}

/** Asks the whole group to end, and kills it a second later. */
function terminate(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), termGraceMs);
  child.once('exit', () => {
    clearTimeout(timer);
    // What of its group ignores the first signal has no leader left that could end it.
    if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
  });
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) signal(-pid, name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}
