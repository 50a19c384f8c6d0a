import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { letGo } from './let-go.ts';

/** How a program that a source reads from ended. */
export interface ChildEnd {
  /** For a human: `exit code 1`, `ended by SIGKILL`, `could not be started (ENOENT)`. */
  readonly how: string;
  /** Absent: a signal ended it, or it never ran. */
  readonly code?: number;
  /** The last line that it wrote to standard error. */
  readonly complaint: string;
}

/** A program that runs in a process group of its own. */
export interface Child {
  /** Its standard output; absent: it could not be started. */
  readonly output: Readable | undefined;
  /** What it wrote to standard error last, at most 4 KiB. */
  complaints(): string;
  readonly ended: Promise<ChildEnd>;
  /** Whether it keeps our own process alive. */
  hold(held: boolean): void;
  /** Ends it and all it started: asked first, and by force after two seconds. */
  stop(): Promise<ChildEnd>;
}

const keptOfStderr = 4096;
const graceMs = 2000;

/** How long what a program wrote before its end may be on its way (ms). */
const lastWordsMs = 200;

/** Those that were not stopped yet: none outlives us, however we end, but by a SIGKILL. */
const running = new Set<number>();
let isHooked = false;

function endAll(): void {
  for (const pid of running) if (pid !== 0) signalGroup(pid, 'SIGTERM');
}

/** Starts a program; no shell sees its arguments. Never throws. */
export function startChild(
  argv: readonly string[],
  environment: { readonly [name: string]: string } = {},
): Child {
  const child = spawned(argv, { ...ownEnvironment(), ...environment });
  if (typeof child === 'string') return neverStarted(child);
  if (!isHooked) process.on('exit', endAll);
  isHooked = true;
  running.add(child.pid ?? 0);
  let kept = Buffer.alloc(0);
  child.stderr.on('error', () => undefined);
  child.stderr.on('data', (block: Buffer) => {
    kept = Buffer.concat([kept, block]).subarray(-keptOfStderr);
  });
  const complaints = (): string => kept.toString('utf8');
  const end = (how: string, code?: number): ChildEnd => {
    const complaint = lastLine(complaints());
    return code === undefined ? { how, complaint } : { how, code, complaint };
  };
  const ended = new Promise<ChildEnd>((resolve) => {
    child.on('error', (error) => resolve(end(`could not be started (${codeOf(error)})`)));
    // What it said last may still be in the pipe.
    child.on('close', (code, signal) => resolve(ending(code, signal)));
    child.on('exit', (code, signal) => {
      setTimeout(() => resolve(ending(code, signal)), lastWordsMs).unref();
      // What it left running may hold its output open for ever.
      letGo(child.stdout);
    });
  });
  const ending = (code: number | null, signal: string | null): ChildEnd =>
    code === null ? end(`ended by ${signal ?? 'a signal'}`) : end(`exit code ${String(code)}`, code);

  return {
    output: child.pid === undefined ? undefined : child.stdout,
    complaints,
    ended,
    hold(held) {
      for (const part of [child, child.stdout, child.stderr]) {
        if (part !== child && !(part instanceof Socket)) continue;
        if (held) part.ref();
        else part.unref();
      }
    },
    async stop() {
      signalGroup(child.pid, 'SIGTERM');
      const force = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
      child.stdout.destroy();
      const how = await ended;
      clearTimeout(force);
      // Those of its group that outlived it.
      signalGroup(child.pid, 'SIGKILL');
      running.delete(child.pid ?? 0);
      child.stderr.destroy();
      return how;
    },
  };
}

function spawned(
  [program = '', ...args]: readonly string[],
  env: { readonly [name: string]: string },
): ChildProcessByStdio<null, Readable, Readable> | string {
  try {
    return spawn(program, args, {
      env: { ...env },
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    // A NUL in an argument and the like are thrown rather than emitted.
    return codeOf(error);
  }
}

function neverStarted(code: string): Child {
  const end = { how: `could not be started (${code})`, complaint: '' };
  const ended = Promise.resolve(end);
  return { output: undefined, complaints: () => '', ended, hold: () => undefined, stop: () => ended };
}

/** No more of our own environment than programs need to find themselves and their words. */
function ownEnvironment(): { [name: string]: string } {
  const entries = ['PATH', 'HOME', 'LANG', 'TZ'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

const lastLine = (text: string): string =>
  (text.trimEnd().split(/\r?\n/).at(-1) ?? '').replace(/\p{Cc}/gu, ' ').slice(0, 500);

function signalGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
