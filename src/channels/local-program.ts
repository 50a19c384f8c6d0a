import { unreachable } from '../kit/assert.ts';
import { safeLine } from '../kit/terminal.ts';
import { truncate } from '../kit/text.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Millis } from '../model/time.ts';
import { type CommandEnd, runCommand } from './exec/run.ts';

/** A program of this machine that takes one message. */
export interface LocalProgram {
  /** What is run; others on the machine can read it. No shell does. */
  readonly argv: readonly string[];
  readonly stdin: string;
  /** Beside PATH, HOME and a locale in which all letters exist. */
  readonly environment?: { readonly [name: string]: string };
  readonly timeout: Millis;
  readonly signal: AbortSignal;
}

/**
 * Runs it and says what its end means: `meaning` judges exit codes. Killed before its end, it may have
 * taken the message.
 */
export async function runProgram(
  program: LocalProgram,
  meaning: (code: number, lastLine: string) => Delivery,
): Promise<Delivery> {
  const name = program.argv[0] ?? '';
  const end = await runCommand({ ...program, environment: environmentOf(program) });
  return deliveryOf(end, name, program.timeout, meaning);
}

function environmentOf({ environment }: LocalProgram): { readonly [name: string]: string } {
  const inherited = ['PATH', 'HOME'].flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(inherited), LC_ALL: 'C.UTF-8', ...environment };
}

function deliveryOf(
  end: CommandEnd,
  name: string,
  timeout: Millis,
  meaning: (code: number, lastLine: string) => Delivery,
): Delivery {
  switch (end.type) {
    case 'exited':
      return meaning(end.code, end.lastLine);
    case 'killed':
      return { type: 'unknown', detail: `${name} was ended by ${end.signal}` };
    case 'timedOut':
      return { type: 'unknown', detail: `${name} was killed after ${timeout} ms` };
    case 'stopped':
      return { type: 'unknown', detail: `${name} was killed because of the shutdown` };
    case 'notStarted':
      return { type: 'retry', reason: 'unavailable', detail: `${name} could not be started (${end.code})` };
    default:
      return unreachable(end);
  }
}

/** `gammu-smsd-inject: exit code 2: …`, harmless and short. */
export function exitDetail(name: string, code: number, lastLine: string): string {
  const line = truncate(safeLine(lastLine.trim()), 300);
  return `${name}: exit code ${code}${line === '' ? '' : `: ${line}`}`;
}
