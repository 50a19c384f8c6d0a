import { setFlagsFromString } from 'node:v8';
import { createContext, Script, type Context } from 'node:vm';
import type { MatchPorts } from '../match/contract.ts';

/** Longest run of one guarded expression on one text, in milliseconds. */
const GUARD_MS = 50;

/** Backtracks after which V8 hands a match over to its linear engine: some 0.1 ms of work. */
const BACKTRACKS = 20_000;

/**
 * Tells V8 to leave a run-away match to its linear engine, and to know the flag `l`, which asks whether
 * that engine takes an expression. Must run before the first pattern is compiled.
 */
export function setRegexFlags(): void {
  setFlagsFromString('--enable-experimental-regexp-engine');
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  setFlagsFromString(`--regexp-backtracks-before-fallback=${String(BACKTRACKS)}`);
}

let ports: MatchPorts | undefined;

/** What `match/` needs of the machine, from Node: the same for everybody, so that what one compiled others know. */
export function createMatchPorts(): MatchPorts {
  setRegexFlags();
  ports ??= { indexOf, decode, isLinear, guarded: createGuard() };
  return ports;
}

function indexOf(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  return Buffer.prototype.indexOf.call(bytes, needle, from);
}

function decode(bytes: Uint8Array, from: number, to: number, encoding: 'utf8' | 'latin1'): string {
  return encoding === 'utf8'
    ? Buffer.prototype.utf8Slice.call(bytes, from, to)
    : Buffer.prototype.latin1Slice.call(bytes, from, to);
}

function isLinear(source: string, flags: string): boolean {
  try {
    return new RegExp(source, `${flags}l`).source !== '';
  } catch {
    return false;
  }
}

/** One context for all calls: making one costs a millisecond, a call in it some 30 microseconds. */
function createGuard(): MatchPorts['guarded'] {
  const slots: { regex: RegExp | undefined; text: string } = { regex: undefined, text: '' };
  const context = createContext(slots);
  const script = new Script('regex.exec(text)');
  return (regex, text) => {
    slots.regex = regex;
    slots.text = text;
    regex.lastIndex = 0;
    try {
      return runGuarded(script, context);
    } finally {
      slots.text = '';
    }
  };
}

function runGuarded(script: Script, context: Context): RegExpExecArray | null | 'timedOut' {
  const before = process.cpuUsage();
  for (;;) {
    try {
      const found: RegExpExecArray | null = script.runInContext(context, { timeout: GUARD_MS });
      return found;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      // The limit is one of the wall: on a busy machine it passes while nothing of ours runs.
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 >= GUARD_MS / 2) return 'timedOut';
    }
  }
}

/** The error is of the context's own realm, so `instanceof Error` does not know it. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
