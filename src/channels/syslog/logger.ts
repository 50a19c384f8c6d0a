import { safeForTerminal } from '../../kit/terminal.ts';
import { truncate } from '../../kit/text.ts';
import { unreachable } from '../../kit/assert.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { runCommand } from '../exec/run.ts';
import { escaped, fitted, messageIdOf, severityOf, type Speaker } from './frame.ts';
import type { StreamLimits } from './stream.ts';

/** What is said, by whom and in what form. */
export interface LoggerErrand {
  readonly socket: string;
  readonly message: Message;
  readonly text: string;
  readonly speaker: Speaker;
  readonly format: 'rfc5424' | 'local';
  readonly maxBytes: number;
}

/**
 * Sends one message to a datagram socket of the machine by logger(1), since Node cannot. The text goes
 * by standard input; what stands in its arguments, which other users can see, holds no log text.
 */
export async function sendByLogger(
  errand: LoggerErrand,
  { timeoutMs, signal }: StreamLimits,
): Promise<Delivery> {
  const end = await runCommand({
    argv: argumentsOf(errand),
    stdin: `${fitted(errand.text, errand.maxBytes)}\n`,
    environment: { PATH: '/usr/bin:/bin' },
    timeout: millis(timeoutMs),
    signal,
  });
  switch (end.type) {
    case 'exited':
      return end.code === 0
        ? { type: 'sent', receipt: 'handed over by logger' }
        : unavailable(`logger ended with ${end.code}: ${end.lastLine}`);
    case 'killed':
      return { type: 'unknown', detail: `logger was ended by ${end.signal}` };
    case 'timedOut':
      return { type: 'unknown', detail: `logger was not done within ${timeoutMs} ms` };
    case 'stopped':
      return { type: 'unknown', detail: 'logger was stopped' };
    case 'notStarted':
      return unavailable(`logger, which datagram sockets need, could not be started (${end.code})`);
    default:
      return unreachable(end);
  }
}

const unavailable = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'unavailable',
  detail: truncate(safeForTerminal(detail).replace(/\s+/g, ' '), 300),
});

function argumentsOf({ socket, message, speaker, format, maxBytes }: LoggerErrand): string[] {
  const { facility, appName, pid } = speaker;
  const { rule, id, status } = message.payload;
  const parameters = [`rule="${escaped(rule)}"`, `alert="${escaped(id)}"`, `status="${status}"`];
  return [
    'logger',
    '--socket-errors=on',
    `--socket=${socket}`,
    `--tag=${appName}`,
    `--priority=${facility}.${severityOf(message)}`,
    `--id=${pid}`,
    `--size=${maxBytes}`,
    ...(format === 'local'
      ? []
      : [
          '--rfc5424=notq',
          `--msgid=${messageIdOf(message)}`,
          `--sd-id=${speaker.sdId}`,
          ...parameters.map((parameter) => `--sd-param=${parameter}`),
        ]),
  ];
}
