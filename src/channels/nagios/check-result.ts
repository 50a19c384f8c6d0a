import { byteLength, graphemes } from '../../kit/text.ts';
import type { Message } from '../../model/delivery.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';

/** OK, WARNING, CRITICAL, UNKNOWN of a service (Nagios plugin API). */
export type StateCode = 0 | 1 | 2 | 3;

/** What Nagios takes as a passive check result: of a service, or of the host itself. */
export interface CheckResult {
  /** Neither may hold what `nameObjection` objects to. */
  readonly host: string;
  readonly service?: string;
  readonly code: StateCode;
  /** Lines by `\n`; what stands behind a bar is performance data to Nagios. */
  readonly output: string;
}

/** The state that a message puts its service in: an end is OK, whatever the alert was. */
export function stateOf({ payload, severity }: Message): StateCode {
  if (payload.reason === 'resolved' || severity === 'info') return 0;
  return severity === 'warning' ? 1 : 2;
}

/**
 * The state of a host for the state of a service. Hosts know 0 up, 1 down, 2 unreachable, and the last
 * means that something before it is down: nobody is told of it.
 */
export const hostStateOf = (code: StateCode): 0 | 1 => (code === 0 ? 0 : 1);

/** Most bytes of a host or service name. */
export const longestName = 255;

/** Why a text cannot stand as the name of a host or service in a command, if so. */
export function nameObjection(name: string, longest = longestName): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (/[;\p{Cc}\p{Surrogate}]/u.test(name)) return 'holds a semicolon or control character';
  return byteLength(name) > longest ? `is longer than ${longest} bytes` : undefined;
}

/** Log text as output: a bar would begin performance data, a control character is nobody's to obey. */
export const safeOutput = (text: string): string => plainOutput(text).replaceAll('|', '¦');

/** Text without control characters but the newline, and never empty, which Nagios would call "no output". */
export function plainOutput(text: string): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  return plain.trim() === '' ? '(no text)' : plain;
}

const longestPerformanceData = 500;

/** The output with performance data behind its first line; a text of the log's in it stays on its place. */
export function withPerformanceData(output: string, data: string): string {
  const clean = data.replace(/[|\p{Cc}\p{Surrogate}]/gu, ' ').trim();
  if (clean === '' || outputBytes(clean) > longestPerformanceData) return output;
  const [first = '', ...rest] = output.split('\n');
  return [`${first}|${clean}`, ...rest].join('\n');
}

/** The output on one line, as command files and spool files have it: newlines as `\n`, backslashes doubled. */
export const escapeOutput = (output: string): string =>
  output.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const outputBytes = (output: string): number => byteLength(escapeOutput(output));

/**
 * The output cut to what takes at most `max` bytes once escaped. Performance data of the first line are
 * kept, the words before them give way. Characters stay whole.
 */
export function fitOutput(output: string, max: number): string {
  if (outputBytes(output) <= max) return output;
  const [first = '', ...rest] = output.split('\n');
  const bar = first.indexOf('|');
  const data = bar === -1 ? '' : first.slice(bar);
  const kept = outputBytes(data) <= max / 2 ? data : '';
  const words = bar === -1 ? first : first.slice(0, bar);
  const head = cut(words, max - outputBytes(kept)) + kept;
  const room = max - outputBytes(head) - outputBytes('\n');
  return rest.length === 0 || room < 16 ? head : `${head}\n${cut(rest.join('\n'), room)}`;
}

function cut(text: string, max: number): string {
  if (outputBytes(text) <= max) return text;
  const mark = '…';
  let left = max - byteLength(mark);
  let end = 0;
  for (const grapheme of graphemes(text)) {
    left -= outputBytes(grapheme);
    if (left < 0) break;
    end += grapheme.length;
  }
  return text.slice(0, end) + mark;
}

/**
 * One line, because most notification commands of Nagios only carry the first, and short enough that a
 * command with long names and performance data stays one atomic write to a FIFO.
 */
export const nagiosShape: TextShape = {
  limit: 3000,
  maxParts: 1,
  measure: outputBytes,
  neutralise: (text) => plainShape.neutralise(text).replaceAll('|', '¦'),
  layout: 'line',
};
