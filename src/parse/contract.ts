import type { SyslogSeverity } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Instant } from '../model/time.ts';

/** What a line's head may need to be understood. */
export interface ParseContext {
  /** Dates stamps without a year. */
  readonly reference: Instant;
  /** IANA name of the zone for stamps without an offset. */
  readonly zone: string;
  /** The user named this format, so that a weaker likeness is enough than when it is guessed. */
  readonly declared?: boolean;
}

/** What a format makes of one record. */
export interface ParsedRecord {
  readonly text: string;
  /** The record's own time, if it has one that can be read. */
  readonly at?: Instant;
  readonly host?: string;
  readonly program?: string;
  readonly pid?: string;
  readonly severity?: SyslogSeverity;
  readonly fields: JsonObject;
}

/** One line format: a row of the registry. `parse` gives undefined when the record is not of its form. */
export interface LineFormat {
  readonly name: string;
  readonly summary: string;
  /** Whether text in it may be written with backslash escapes. */
  readonly escapes: boolean;
  parse(record: string, context: ParseContext): ParsedRecord | undefined;
}
