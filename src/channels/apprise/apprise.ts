import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { plainShape } from '../../render/x-text.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { runProgram } from '../local-program.ts';
import { withSecret } from '../http-call.ts';

const options = z.strictObject({
  'url-file': z
    .string()
    .startsWith('/')
    .describe('File (mode 0600) with apprise’s addresses, one a line or as YAML. They hold passwords.'),
  tag: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Only the addresses of the file that have this tag.'),
  program: z.string().min(1).default('apprise').describe('The command.'),
  timeout: durationOption(millis(10 * 60_000))
    .default('1m')
    .describe('How long all addresses together may take.'),
});

type Options = z.infer<typeof options>;

/**
 * Every service that apprise knows, by its command (https://github.com/caronc/apprise/wiki/CLI_Usage): the
 * addresses stand in a file of its own and the text comes by standard input, so that neither is seen in
 * the list of processes.
 */
export const apprise: ChannelKind<Options> = {
  kind: 'apprise',
  summary: 'The services that the command apprise knows.',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  needs: 'apprise',
  shownAgainst: 'apprise 1.2 and a service of JSON',
  shape: plainShape,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => notify(options, attempt),
    probe: probeBy((signal) =>
      run(options, ['--dry-run'], { stdin: 'test', signal }, 'apprise knows the addresses; none was asked'),
    ),
    close: async () => undefined,
  }),
};

function notify(options: Options, attempt: Attempt): Promise<Delivery> {
  const { message, part, signal } = attempt;
  const args = ['--input-format', 'text', '--notification-type', typeOf(attempt)];
  return run(options, args, { stdin: message.parts[part] ?? '', signal }, 'taken by apprise');
}

function run(
  options: Options,
  args: readonly string[],
  given: { readonly stdin: string; readonly signal: AbortSignal },
  receipt: string,
): Promise<Delivery> {
  const { 'url-file': urlFile, tag, program, timeout } = options;
  const argv = [program, '--config', urlFile, ...args, ...(tag === undefined ? [] : ['--tag', tag])];
  // Apprise would read a file that everybody can read.
  return withSecret(urlFile, () =>
    runProgram({ argv, ...given, timeout: durationOf(timeout) }, (code) => meaningOf(code, receipt)),
  );
}

/** The colour of a notification. */
function typeOf({ message }: Attempt): string {
  if (message.payload.status === 'resolved') return 'success';
  return { critical: 'failure', warning: 'warning', info: 'info' }[message.severity];
}

/** What apprise wrote beside its code may hold an address, and so a password: it is not repeated. */
function meaningOf(code: number, receipt: string): Delivery {
  if (code === 0) return { type: 'sent', receipt };
  // Python's own failure to import, or to be killed kindly, is told by other codes still.
  if (code === 2)
    return { type: 'failed', reason: 'rejected', detail: 'apprise: it does not know its options (2)' };
  if (code === 3)
    return { type: 'failed', reason: 'recipient', detail: 'apprise: no address has this tag (3)' };
  return {
    type: 'retry',
    reason: 'unavailable',
    detail: `apprise: at least one address failed (${code}); see apprise -vv`,
  };
}
