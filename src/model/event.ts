import type { JsonObject } from './json.ts';
import type { Instant } from './time.ts';

/** Syslog's eight words, most severe first (RFC 5424, table 2). */
export type SyslogSeverity = 'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug';

/** One record as rules see it. */
export interface Event {
  /** The record's own time when it has a plausible one, else receipt. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly source: string;
  /** The file (or other stream) it came from, and the byte offset of its first byte there. */
  readonly stream: string;
  readonly offset: number;
  /** The whole record as written, without its line ending. */
  readonly line: string;
  /** The record as a byte string, one character a byte: for rules that see bytes, where it differs from `line`. */
  readonly bytes?: string;
  /** The message text: the record without its head, or the format's message member. */
  readonly text: string;
  readonly host?: string;
  readonly program?: string;
  readonly pid?: string;
  readonly severity?: SyslogSeverity;
  /** The format's members beyond those above. */
  readonly fields: JsonObject;
}
