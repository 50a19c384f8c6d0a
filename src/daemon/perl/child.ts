import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perlProgram } from './program.ts';

export interface ChildLimits {
  /** References kept in the child; the oldest gives way. */
  readonly references: number;
  /** Bytes of one answer. */
  readonly answer: number;
  /** Bytes of memory, looked at while a call takes long; only where there is `/proc`. */
  readonly memory: number;
}

/** What came of an exchange that did not come to its end. The child is of no use any more. */
export type Breakdown = 'timedOut' | 'ended' | 'tooLarge';

/** A Perl that is asked and answers while this thread waits. */
export interface PerlChild {
  /** Gives a framed request and waits at most `limitMs` for the body of the answer. */
  exchange(request: Buffer, limitMs: number): Buffer | Breakdown;
  /** Ends it and whatever it started, at once. */
  kill(): void;
}

/**
 * Starts a Perl, without a shell. It is talked to by two FIFOs, because Node can read and write those while
 * it waits: the engine wants its answer at once. Undefined: it cannot be started.
 */
export function startPerl(
  environment: { readonly [name: string]: string },
  limits: ChildLimits,
): PerlChild | undefined {
  const pipes = openPipes();
  if (pipes === undefined) return undefined;
  const { requests, answers, theirs } = pipes;
  const child = spawn('perl', ['-e', perlProgram, String(limits.references), String(limits.answer)], {
    env: { ...environment },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', theirs.requests, theirs.answers],
  });
  child.on('error', () => undefined);
  child.unref();
  closeSync(theirs.requests);
  closeSync(theirs.answers);
  const { pid } = child;
  const isTooLarge = (): boolean => pid !== undefined && memoryOf(pid) > limits.memory;
  let open = true;

  const kill = (): void => {
    if (!open) return;
    open = false;
    closeSync(requests);
    closeSync(answers);
    if (pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(pid);
  };
  if (pid === undefined) {
    kill();
    return undefined;
  }
  return { exchange: (request, limitMs) => exchange(requests, answers, request, limitMs, isTooLarge), kill };
}

interface Pipes {
  readonly requests: number;
  readonly answers: number;
  readonly theirs: { readonly requests: number; readonly answers: number };
}

/** Two FIFOs that have no names any more when this returns. */
function openPipes(): Pipes | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'bird-perl-'));
  try {
    const [to, from] = [join(directory, 'to'), join(directory, 'from')];
    if (spawnSync('mkfifo', ['-m', '600', to, from]).status !== 0) return undefined;
    const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;
    // With both ends held nothing waits for the other side, and theirs can be made to wait when they read.
    const holdTo = openSync(to, O_RDWR | O_NONBLOCK);
    const holdFrom = openSync(from, O_RDWR | O_NONBLOCK);
    const pipes = {
      requests: openSync(to, O_WRONLY | O_NONBLOCK),
      answers: openSync(from, O_RDONLY | O_NONBLOCK),
      theirs: { requests: openSync(to, O_RDONLY), answers: openSync(from, O_WRONLY) },
    };
    closeSync(holdTo);
    closeSync(holdFrom);
    return pipes;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function exchange(
  requests: number,
  answers: number,
  request: Buffer,
  limitMs: number,
  isTooLarge: () => boolean,
): Buffer | Breakdown {
  const wait = createWaiting(limitMs, isTooLarge);
  const sent = through(request, wait, (from) => writeSync(requests, request, from));
  if (sent !== 'done') return sent;
  const head = Buffer.alloc(4);
  const read = (into: Buffer) =>
    through(into, wait, (from) => readSync(answers, into, from, into.length - from, null));
  const headed = read(head);
  if (headed !== 'done') return headed;
  const body = Buffer.alloc(head.readUInt32BE());
  const got = read(body);
  return got === 'done' ? body : got;
}

/** Moves all of `buffer`, by steps that move as much as goes without waiting. */
function through(
  buffer: Buffer,
  wait: () => Breakdown | undefined,
  step: (from: number) => number,
): Breakdown | 'done' {
  let moved = 0;
  while (moved < buffer.length) {
    const count = attempt(() => step(moved));
    if (count === 0) return 'ended';
    if (count === 'again') {
      const broken = wait();
      if (broken !== undefined) return broken;
    } else moved += count;
  }
  return 'done';
}

/** Bytes that went; 0: the other side is gone. */
function attempt(step: () => number): number | 'again' {
  try {
    return step();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN') return 'again';
    if (code === 'EPIPE') return 0;
    throw error;
  }
}

/** Most answers come within this many looks; after them it is better to sleep. */
const eagerLooks = 20;
const longestNapMs = 1;
const memoryEveryMs = 5;

/** Waits a moment; tells when there is nothing to wait for any more. */
function createWaiting(limitMs: number, isTooLarge: () => boolean): () => Breakdown | undefined {
  const begun = performance.now();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let looks = 0;
  let nap = 0.02;
  let lookedAtMemory = begun;
  return () => {
    looks += 1;
    if (looks <= eagerLooks) return undefined;
    const now = performance.now();
    if (now - begun > limitMs) return 'timedOut';
    if (now - lookedAtMemory > memoryEveryMs) {
      lookedAtMemory = now;
      if (isTooLarge()) return 'tooLarge';
    }
    Atomics.wait(cell, 0, 0, nap);
    nap = Math.min(longestNapMs, nap * 1.5);
    return undefined;
  };
}

/** Bytes of memory that a process holds; 0 where that cannot be told. */
function memoryOf(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
