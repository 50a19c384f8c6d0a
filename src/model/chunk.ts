import type { SyslogSeverity } from './event.ts';
import type { Json, JsonObject } from './json.ts';
import type { Instant } from './time.ts';

/**
 * Where the records of a chunk lie. `lines`: each record is one line ended by LF (a CR before the LF
 * does not belong to it), found when needed, so that a chunk of which no rule wants anything is never
 * cut. `table`: `[start, end, start, end, …]` in byte offsets, for records of several lines and for
 * sources whose records are not lines.
 */
export type Records = { readonly kind: 'lines' } | { readonly kind: 'table'; readonly offsets: Uint32Array };

/** Which part of which stream a chunk is. */
export interface ChunkPosition {
  /** One file, one connection, one journal: the unit whose bytes follow each other. */
  readonly stream: string;
  /** Byte offset of the chunk's first byte in its stream (or a running number where there is none). */
  readonly begin: number;
  /** Byte offset after the chunk's last byte. */
  readonly end: number;
  /** What the source needs to go on after this chunk; only the source reads it. */
  readonly mark: Json;
}

/** What a source knows of a record that its bytes do not say, or say in a head that needs no parsing. */
export interface RecordFacts {
  /**
   * Byte offset in the record at which its message begins: the head before it is the source's own work, and
   * only the message is parsed, if a format was declared. Absent: the whole record is parsed.
   */
  readonly message?: number;
  readonly at?: Instant;
  /** Host, program and pid stand in the record's bytes as well: by them its rules are found. */
  readonly host?: string;
  readonly program?: string;
  readonly pid?: string;
  readonly severity?: SyslogSeverity;
  readonly fields?: JsonObject;
}

/** What a source yields: bytes that hold whole records only. */
export interface Chunk {
  /** The source's name in the configuration. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly records: Records;
  /** One for each record of a table. */
  readonly facts?: readonly RecordFacts[];
  readonly position: ChunkPosition;
  readonly receivedAt: Instant;
  /** Dates stamps that carry no year: receipt when live, the file's mtime in history. */
  readonly reference: Instant;
}

/** A record that some rule may match; byte offsets into its chunk. */
export interface Candidate {
  readonly start: number;
  readonly end: number;
  /** Indices into the program's rules, ascending. */
  readonly rules: readonly number[];
}
