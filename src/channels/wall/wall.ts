import { hostname } from 'node:os';
import { z } from 'zod';
import { safeForTerminal } from '../../kit/terminal.ts';
import { cutBytes } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ProbeResult } from '../contract.ts';
import { allTerminals, isOpen, tell, type Told } from './terminals.ts';

const options = z.strictObject({
  terminals: z
    .array(z.string().startsWith('/'))
    .min(1)
    .max(100)
    .optional()
    .describe('The terminals, such as /dev/tty1. Default: all consoles and pseudo terminals.'),
  bell: z.boolean().default(true).describe('Whether it rings.'),
});

type Options = z.infer<typeof options>;

/** What a terminal takes at once even while nobody reads it. */
const shape: TextShape = { ...plainShape, limit: 1500 };

/** A few lines on the terminals of everybody here who takes messages, as `wall` writes them. */
export const wall: ChannelKind<Options> = {
  kind: 'wall',
  summary: 'Written to the terminals of all who are logged in here and take messages (mesg y).',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  shownAgainst: 'pseudo terminals of the kernel',
  isSilent: true,
  shape,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => tellAll(options, attempt),
    probe: () => countOpen(options),
    close: async () => undefined,
  }),
};

async function tellAll(options: Options, { message, part, signal }: Attempt): Promise<Delivery> {
  if (signal.aborted) return { type: 'retry', reason: 'timeout', detail: 'stopped' };
  const text = linesFor(message.parts[part] ?? '', options.bell);
  const terminals = options.terminals ?? (await allTerminals());
  return deliveryOf(await Promise.all(terminals.map((path) => tell(path, text))));
}

async function countOpen(options: Options): Promise<ProbeResult> {
  const terminals = options.terminals ?? (await allTerminals());
  const open = (await Promise.all(terminals.map(isOpen))).filter(Boolean).length;
  return { ok: true, detail: `${open} of ${terminals.length} terminals take messages now` };
}

/** Each line ends as terminals in any mode want it, and nothing in it is a control of the log's. */
function linesFor(text: string, bell: boolean): string {
  const safe = cutBytes(safeForTerminal(text), 2 * shape.limit).replaceAll('\n', '\r\n');
  return `\r\n${bell ? '\u0007' : ''}Message from bird-sentinel@${safeForTerminal(hostname())}:\r\n${safe}\r\n`;
}

function deliveryOf(all: readonly Told[]): Delivery {
  const told = all.filter(({ type }) => type === 'told').length;
  if (told > 0) return { type: 'sent', receipt: `${told} terminal${told === 1 ? '' : 's'}` };
  const codes = [...new Set(all.flatMap((each) => (each.type === 'failed' ? [each.code] : [])))];
  if (codes.some((code) => code === 'EACCES' || code === 'EPERM'))
    return {
      type: 'retry',
      reason: 'auth',
      detail: `this user must not write to the terminals (${codes.join(', ')}): be in the group tty`,
      afterMs: millis(5 * 60_000),
    };
  const why = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
  return { type: 'retry', reason: 'recipient', detail: `no terminal takes messages now${why}` };
}
