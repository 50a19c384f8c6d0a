import { assert, present } from '../kit/assert.ts';
import type { Chunk } from '../model/chunk.ts';
import type { Event } from '../model/event.ts';
import { after, instant, seconds, type Instant } from '../model/time.ts';
import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import type { Draft } from './draft.ts';
import { noFields } from './fields.ts';
import { lineFormats } from './registry.ts';
import { isZone } from './timestamp.ts';

export interface ParserOptions {
  /** A name of the registry, or `auto`: each stream's format is found by itself. */
  readonly format: string;
  /** IANA name of the zone for stamps without an offset; must be one (`isZone`). */
  readonly zone: string;
  /** `received`: the records' own times are not used. */
  readonly time?: 'record' | 'received';
}

/** What the parser needs of a chunk. */
export interface ChunkHead extends Pick<Chunk, 'source' | 'receivedAt' | 'reference'> {
  readonly position: Pick<Chunk['position'], 'stream'>;
}

export interface ParsedEvent {
  readonly event: Event;
  /** The record had a time of its own that cannot be true; receipt was taken. */
  readonly implausible: boolean;
}

/** Makes events of the records of one source. */
export interface Parser {
  /** `offset`: the record's first byte in its stream. Never throws, whatever the record. */
  parse(record: string, chunk: ChunkHead, offset: number): ParsedEvent;
}

/** Law 1: a clock that is further ahead of ours is wrong. */
const PLAUSIBLE_AHEAD = seconds(300);

/** 1990: older stamps are those of machines that have lost their clock, not of logs. */
const PLAUSIBLE_SINCE = instant(631_152_000_000);

const MAX_STREAMS = 10_000;

/** A parser for one source. A record that is not of the declared format is taken as plain text. */
export function createParser(options: ParserOptions): Parser {
  assert(isZone(options.zone), `unknown zone ${options.zone}`);
  const recognise = options.format === 'auto' ? guessing() : declared(options.format);
  return {
    parse(record, chunk, offset) {
      const parsed = recognise(record, chunk, options.zone);
      const own = options.time === 'received' ? undefined : parsed.at;
      const plausible = own !== undefined && isPlausible(own, chunk.receivedAt);
      return {
        event: eventOf(parsed, record, chunk, offset, plausible ? own : chunk.receivedAt),
        implausible: own !== undefined && !plausible,
      };
    },
  };
}

/** Whether a record received at `receivedAt` can have been written at `at`. */
function isPlausible(at: Instant, receivedAt: Instant): boolean {
  return at >= PLAUSIBLE_SINCE && at <= after(receivedAt, PLAUSIBLE_AHEAD);
}

type Recognise = (record: string, chunk: ChunkHead, zone: string) => ParsedRecord;

function declared(name: string): Recognise {
  const format = present(
    lineFormats.find((known) => known.name === name),
    `line format ${name}`,
  );
  return (record, chunk, zone) => {
    const context: ParseContext = { reference: chunk.reference, zone, declared: true };
    return format.parse(record, context) ?? anyText(record, context);
  };
}

/** Tries first what a stream's last record was: most streams have one format. */
function guessing(): Recognise {
  const lastOf = new Map<string, LineFormat>();
  return (record, chunk, zone) => {
    const context: ParseContext = { reference: chunk.reference, zone };
    const stream = chunk.position.stream;
    const last = lastOf.get(stream);
    const again = last?.parse(record, context);
    if (again !== undefined) return again;
    for (const format of lineFormats) {
      if (format === last) continue;
      const parsed = format.parse(record, context);
      if (parsed === undefined) continue;
      // What takes every record says nothing about the next one.
      if (format !== catchAll) remember(lastOf, stream, format);
      return parsed;
    }
    return anyText(record, context);
  };
}

function remember(lastOf: Map<string, LineFormat>, stream: string, format: LineFormat): void {
  if (lastOf.size >= MAX_STREAMS) lastOf.clear();
  lastOf.set(stream, format);
}

const catchAll = present(lineFormats.at(-1), 'line formats');

const anyText = (record: string, context: ParseContext): ParsedRecord =>
  catchAll.parse(record, context) ?? { text: record, fields: noFields };

function eventOf(parsed: ParsedRecord, record: string, chunk: ChunkHead, offset: number, at: Instant): Event {
  const event: Draft<Event> = {
    at,
    receivedAt: chunk.receivedAt,
    source: chunk.source,
    stream: chunk.position.stream,
    offset,
    line: record,
    text: parsed.text,
    fields: parsed.fields,
  };
  if (parsed.host !== undefined) event.host = parsed.host;
  if (parsed.program !== undefined) event.program = parsed.program;
  if (parsed.pid !== undefined) event.pid = parsed.pid;
  if (parsed.severity !== undefined) event.severity = parsed.severity;
  return event;
}
