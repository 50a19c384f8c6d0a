import { z } from 'zod';
import { safeForTerminal } from '../../kit/terminal.ts';
import { fitted } from '../fitted-text.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { exitDetail, runProgram } from '../local-program.ts';
import { xmlText } from '../xml-text.ts';

const options = z.strictObject({
  bus: z
    .string()
    .regex(/^unix:[\x21-\x7e]+$/, 'must be an address such as unix:path=/run/user/1000/bus')
    .optional()
    .describe('The session bus of whoever sees it. Default: that of this user.'),
  expire: durationOption(millis(24 * 3_600_000))
    .optional()
    .describe('How long it is shown. Default: as the desktop likes; critical ones until they are closed.'),
  program: z.string().min(1).default('notify-send').describe('The command of libnotify.'),
  timeout: durationOption(millis(60_000)).default('10s').describe('How long the desktop may take.'),
});

type Options = z.infer<typeof options>;

/** More than this no desktop shows. */
const shape: TextShape = { ...plainShape, limit: 2000 };

/**
 * A notification on a desktop, by `notify-send` (its man page). The body is markup by the Desktop
 * Notifications Specification (section Markup), and notify-send undoes the escapes of C in it.
 */
export const desktop: ChannelKind<Options> = {
  kind: 'desktop',
  summary: 'A notification on the desktop of the user who runs the program.',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  needs: 'notify-send',
  shownAgainst: 'notify-send 0.8 and a stand-in of a desktop on a real bus',
  isSilent: true,
  shape,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => show(options, attempt),
    close: async () => undefined,
  }),
};

function show(options: Options, { message, signal }: Attempt): Promise<Delivery> {
  const { program, expire, bus } = options;
  const title = fitted(safeForTerminal(message.title).replaceAll('\n', ' '), 200);
  const body = xmlText(fitted(safeForTerminal(message.body), shape.limit)).replaceAll('\\', '\\\\');
  const argv = [program, '--app-name=bird-sentinel', `--urgency=${urgencyOf(message)}`];
  if (expire !== undefined) argv.push(`--expire-time=${durationOf(expire)}`);
  // An empty title is taken for a missing one.
  argv.push('--', title.trim() === '' ? 'Alert' : title, body);
  const environment = { DBUS_SESSION_BUS_ADDRESS: bus ?? ownBus() };
  const timeout = durationOf(options.timeout);
  return runProgram({ argv, stdin: '', environment, timeout, signal }, (code, lastLine) =>
    code === 0
      ? { type: 'sent', receipt: 'shown' }
      : { type: 'retry', reason: 'unavailable', detail: exitDetail(program, code, lastLine) },
  );
}

/** Without an address notify-send would start a bus of its own, on which nobody looks. */
const ownBus = (): string =>
  process.env['DBUS_SESSION_BUS_ADDRESS'] ?? `unix:path=/run/user/${process.getuid?.() ?? 0}/bus`;

const urgencyOf = ({ severity, payload }: Message): string =>
  payload.status === 'resolved' ? 'low' : { critical: 'critical', warning: 'normal', info: 'low' }[severity];
