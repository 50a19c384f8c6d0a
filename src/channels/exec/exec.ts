import { z } from 'zod';
import { unreachable } from '../../kit/assert.ts';
import { safeForTerminal } from '../../kit/terminal.ts';
import { truncate } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { envelopeOf } from '../envelope.ts';
import { plainShape } from '../../render/x-text.ts';
import { environmentOf } from './environment.ts';
import { findProgram } from './find-program.ts';
import { type CommandEnd, runCommand } from './run.ts';

const argument = z.string().regex(/^[^\0]*$/, 'must not hold a NUL');

const options = z.strictObject({
  command: z
    .array(argument)
    .min(1)
    .refine((argv) => argv[0] !== '', 'needs a program')
    .describe('The program and its arguments, one by one. No shell reads them.'),
  timeout: durationOption(millis(3_600_000))
    .default('10s')
    .describe('How long it may run; then it is killed with all it started.'),
});

type Options = z.infer<typeof options>;

/** A program of the user's own: the alert as JSON on its standard input. */
export const exec: ChannelKind<Options> = {
  kind: 'exec',
  summary:
    'A command that gets the alert as JSON on standard input. Exit 0 sent, 75 try again, 77 not authorised.',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  needs: 'a program of yours',
  shownAgainst: 'real programs',
  shape: plainShape,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => send(options, attempt),
    probe: () => findProgram(options.command[0] ?? '', process.env['PATH']),
    close: async () => undefined,
  }),
};

async function send(options: Options, attempt: Attempt): Promise<Delivery> {
  const end = await runCommand({
    argv: options.command,
    stdin: `${JSON.stringify(envelopeOf(attempt))}\n`,
    environment: environmentOf(attempt.message, process.env),
    timeout: durationOf(options.timeout),
    signal: attempt.signal,
  });
  return deliveryOf(end, options.timeout);
}

/** What the end of a command means; exit codes as in sysexits.h. */
function deliveryOf(end: CommandEnd, timeout: string): Delivery {
  switch (end.type) {
    case 'exited':
      return deliveryOfExit(end.code, end.lastLine);
    case 'killed':
      // Not its own answer: the OOM killer, a stop of all services. It may have done its work before.
      return { type: 'unknown', detail: said(`ended by ${end.signal}`, end.lastLine) };
    case 'timedOut':
      return { type: 'unknown', detail: `killed after ${timeout}` };
    case 'stopped':
      return { type: 'unknown', detail: 'killed because of the shutdown' };
    case 'notStarted':
      return { type: 'retry', reason: 'unavailable', detail: `could not be started (${end.code})` };
    default:
      return unreachable(end);
  }
}

function deliveryOfExit(code: number, lastLine: string): Delivery {
  const detail = said(`exit code ${code}`, lastLine);
  if (code === 0) return { type: 'sent', receipt: 'exit 0' };
  if (code === 75) return { type: 'retry', reason: 'unavailable', detail };
  return { type: 'failed', reason: code === 77 ? 'auth' : 'rejected', detail };
}

const said = (what: string, lastLine: string): string => {
  const line = truncate(safeForTerminal(lastLine.trim()), 300);
  return line === '' ? what : `${what}: ${line}`;
};
