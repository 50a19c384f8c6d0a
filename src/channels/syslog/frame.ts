import { safeLine } from '../../kit/terminal.ts';
import { byteLength, cutBytes } from '../../kit/text.ts';
import type { Message } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';

/** Numbers of the facilities (RFC 5424, table 1). */
export const facilities = {
  user: 1,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

export type Facility = keyof typeof facilities;

/** Words and numbers of the severities used here (RFC 5424, table 2). */
const severities = { crit: 2, warning: 4, notice: 5, info: 6 } as const;

/** How bad a message is in syslog's words; what is over is `notice`. */
export function severityOf({ severity, payload }: Message): keyof typeof severities {
  if (payload.status === 'resolved') return 'notice';
  return severity === 'critical' ? 'crit' : severity;
}

/** Who speaks. */
export interface Speaker {
  readonly facility: Facility;
  /** Printable ASCII without blanks, 48 at most. */
  readonly appName: string;
  readonly host: string;
  readonly pid: number;
  /** SD-ID of the structured data, such as `name@32473`. */
  readonly sdId: string;
}

/** One message of RFC 5424 in at most `maxBytes`, which leaves room for all but the text; no framing. */
export function structured(
  message: Message,
  text: string,
  speaker: Speaker,
  at: Instant,
  maxBytes: number,
): string {
  const time = new Date(at).toISOString();
  const host = printable(speaker.host, 255);
  const id = messageIdOf(message);
  const data = `[${speaker.sdId}${parametersOf(message)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('')}]`;
  const head = `<${priority(message, speaker)}>1 ${time} ${host} ${speaker.appName} ${speaker.pid} ${id} ${data} `;
  return head + fitted(text, maxBytes - byteLength(head));
}

/** One message as programs write it to /dev/log (RFC 3164 without a host name); no framing. */
export function local(
  message: Message,
  text: string,
  speaker: Speaker,
  at: Instant,
  maxBytes: number,
): string {
  const { appName, pid } = speaker;
  const head = `<${priority(message, speaker)}>${stamp(new Date(at))} ${appName}[${pid}]: `;
  return head + fitted(text, maxBytes - byteLength(head));
}

/** What kind of message it is: MSGID of RFC 5424. */
export const messageIdOf = ({ payload }: Message): string => printable(payload.reason, 32);

type Parameter = readonly [name: string, value: string];

const longestValue = 120;
const mostKeys = 4;

/** What structured data tell: rule, key (one parameter for each value, four at most), alert, status. */
function parametersOf({ payload }: Message): Parameter[] {
  const keys = payload.key.slice(0, mostKeys).map((value): Parameter => ['key', value]);
  return [
    ['rule', payload.rule],
    ...keys,
    ['alert', payload.id],
    ['severity', payload.severity],
    ['status', payload.status],
  ];
}

/**
 * A parameter's value: one visible line with what ends it escaped (RFC 5424, 6.3.3), cut as it is written, so that
 * no key of quotes takes the room of the text.
 */
export function escaped(value: string): string {
  const written = oneLine(value).replace(/["\\\]]/g, '\\$&');
  const cut = cutBytes(written, longestValue);
  // Half an escape would escape the quote behind it.
  return cut.length < written.length ? cut.replace(/(?<!\\)((?:\\\\)*)\\$/, '$1') : cut;
}

/** A text on one line of visible characters that takes at most `maxBytes`; never empty. */
export function fitted(text: string, maxBytes: number): string {
  const line = oneLine(text);
  const cut = byteLength(line) <= maxBytes ? line : `${cutBytes(line, maxBytes - 3)}…`;
  return cut === '' ? '-' : cut;
}

const oneLine = (text: string): string => safeLine(text.trim().replaceAll('\t', ' '));

const priority = (message: Message, { facility }: Speaker): number =>
  facilities[facility] * 8 + severities[severityOf(message)];

const printable = (text: string, longest: number): string => {
  const kept = text.replace(/[^\x21-\x7e]/g, '').slice(0, longest);
  return kept === '' ? '-' : kept;
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov  2 03:04:05`, in the zone of the machine. */
function stamp(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(at.getDate()).padStart(2, ' ');
  return `${months[at.getMonth()] ?? ''} ${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
