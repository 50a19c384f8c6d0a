import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Millis } from '../../model/time.ts';

/**
 * How a command ended. `killed`: by a signal of somebody else; `notStarted`: nothing of it ever ran, with
 * the code of the system's error, or because it was stopped before that.
 */
export type CommandEnd =
  | { readonly type: 'exited'; readonly code: number; readonly lastLine: string }
  | { readonly type: 'killed'; readonly signal: string; readonly lastLine: string }
  | { readonly type: 'timedOut' | 'stopped' }
  | { readonly type: 'notStarted'; readonly code: string };

/** What is run: a program and its arguments as they are; no shell sees them. */
export interface Command {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly environment: { readonly [name: string]: string };
  readonly timeout: Millis;
  readonly signal: AbortSignal;
}

const keptOfStderr = 4096;
/** A grandchild may keep stderr open after the command itself is done. */
const stderrGraceMs = 200;

/** Runs a command in a process group of its own, which is killed when the time is over. Never rejects. */
export function runCommand(command: Command): Promise<CommandEnd> {
  const [program = '', ...args] = command.argv;
  return new Promise((resolve) => {
    if (command.signal.aborted) return resolve({ type: 'notStarted', code: 'stopped before' });
    const child = start(program, args, command.environment);
    if (typeof child === 'string') return resolve({ type: 'notStarted', code: child });
    const end = (how: CommandEnd): void => {
      clearTimeout(timer);
      command.signal.removeEventListener('abort', stop);
      child.stderr.destroy();
      resolve(how);
    };
    const kill = (type: 'timedOut' | 'stopped'): void => {
      // Without a process there was nothing to kill; the error that says so is on its way.
      if (child.pid === undefined) return;
      killGroup(child.pid);
      end({ type });
    };
    const stop = (): void => kill('stopped');
    const timer = setTimeout(() => kill('timedOut'), command.timeout);
    command.signal.addEventListener('abort', stop);
    feed(child.stdin, command.stdin);
    const lastLine = keepLastLine(child.stderr);
    child.on('error', (error) =>
      end({ type: 'notStarted', code: 'code' in error ? String(error.code) : 'unknown' }),
    );
    child.on('exit', (code, signal) => {
      const finish = (): void =>
        end(
          code === null
            ? { type: 'killed', signal: signal ?? 'unknown', lastLine: lastLine() }
            : { type: 'exited', code, lastLine: lastLine() },
        );
      const grace = setTimeout(finish, stderrGraceMs);
      child.on('close', () => {
        clearTimeout(grace);
        finish();
      });
    });
  });
}

type Child = ChildProcessByStdio<Writable, null, Readable>;

function start(program: string, args: readonly string[], env: Command['environment']): Child | string {
  try {
    return spawn(program, args, {
      env: { ...env },
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  } catch (error) {
    // Too long arguments and the like are thrown rather than emitted.
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

function feed(stdin: Writable, text: string): void {
  // A command need not read what it is given.
  stdin.on('error', () => undefined);
  stdin.end(text);
}

function keepLastLine(stderr: Readable): () => string {
  let kept = Buffer.alloc(0);
  stderr.on('error', () => undefined);
  stderr.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-keptOfStderr);
  });
  return () => kept.toString('utf8').trimEnd().split(/\r?\n/).at(-1) ?? '';
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
