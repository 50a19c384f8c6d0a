import { z } from 'zod';
import { unreachable } from '../../kit/assert.ts';
import { jsonForTerminal, safeLine } from '../../kit/terminal.ts';
import type { Delivery } from '../../model/delivery.ts';
import { type Instant, millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { envelopeOf } from '../envelope.ts';
import { type Append, appendLine, mayAppend } from './append.ts';

const options = z.strictObject({
  file: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'must not hold a NUL')
    .describe('The file. It is made if it is not there; its folder is not.'),
  format: z
    .enum(['text', 'json'])
    .default('text')
    .describe('A line of text with the time before it, or the alert as JSON, one a line.'),
  mode: z
    .string()
    .regex(/^0[0-7][0-7][0145]$/, 'must be an octal mode such as 0640, not writable by everybody')
    .default('0600')
    .describe('Mode of a new file, whatever the umask. One that is there keeps its own.'),
  fsync: z.boolean().default(true).describe('Whether a message counts as sent only when the disk has it.'),
  timeout: durationOption(millis(60_000))
    .default('10s')
    .describe('How long a disk may take before the outcome is unknown.'),
});

type Options = z.infer<typeof options>;

/** One line of a file for each message. */
const lineShape: TextShape = { ...plainShape, layout: 'line' };

/** A file on this machine that grows by a line for each message. */
export const file: ChannelKind<Options> = {
  kind: 'file',
  summary: 'A line added to a file.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  shownAgainst: 'rotations, a full tmpfs, links in folders of others',
  local: true,
  isSilent: true,
  shape: lineShape,
  open: async (options, ports): Promise<Channel> => ({
    send: (attempt) => send(options, ports, attempt),
    probe: () => mayAppend(options.file),
    close: async () => undefined,
  }),
};

async function send(options: Options, ports: ChannelPorts, attempt: Attempt): Promise<Delivery> {
  if (attempt.signal.aborted) return { type: 'retry', reason: 'timeout', detail: 'stopped' };
  const line = lineOf(options.format, attempt, ports.now());
  const mode = Number.parseInt(options.mode, 8);
  const appending = appendLine(options.file, line, { mode, fsync: options.fsync });
  return within(appending.then(deliveryOf), options.timeout, attempt.signal);
}

function lineOf(format: Options['format'], attempt: Attempt, now: Instant): string {
  if (format === 'json') return jsonForTerminal(envelopeOf(attempt));
  const text = attempt.message.parts[attempt.part] ?? '';
  return `${new Date(now).toISOString()} ${safeLine(text.trimEnd())}`;
}

function deliveryOf(append: Append): Delivery {
  switch (append.type) {
    case 'written':
      return { type: 'sent', receipt: `${append.bytes} bytes` };
    case 'failed':
    case 'refused':
    case 'torn':
      return { type: 'retry', reason: 'unavailable', detail: shown(append.detail) };
    case 'unsynced':
      return { type: 'unknown', detail: shown(append.detail) };
    default:
      return unreachable(append);
  }
}

const shown = (detail: string): string => safeLine(detail).replaceAll('\t', ' ').slice(0, 900);

/** A call to a hung disk cannot be taken back: after the time nobody knows whether it will still succeed. */
function within(sending: Promise<Delivery>, timeout: string, signal: AbortSignal): Promise<Delivery> {
  return new Promise((resolve) => {
    const end = (delivery: Delivery): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(delivery);
    };
    const stop = (): void => end({ type: 'unknown', detail: 'stopped while the disk was busy' });
    const timer = setTimeout(
      () => end({ type: 'unknown', detail: `the disk did not answer within ${timeout}` }),
      durationOf(timeout),
    );
    signal.addEventListener('abort', stop);
    void sending.then(end);
  });
}
