import { assert, present } from '../kit/assert.ts';
import type { Chunk, RecordFacts } from '../model/chunk.ts';
import type { Event } from '../model/event.ts';
import { after, instant, seconds, type Instant } from '../model/time.ts';
import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import type { Draft } from '../kit/draft.ts';
import { emptyFields, noFields } from './fields.ts';
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

/** What the source knows of a record; `message`: its message part, where the source wrote the head. */
export interface KnownRecord {
  readonly facts: RecordFacts;
  readonly message?: string;
}

/** Makes events of the records of one source. */
export interface Parser {
  /** `offset`: the record's first byte in its stream. Never throws, whatever the record. */
  parse(record: string, chunk: ChunkHead, offset: number, known?: KnownRecord): ParsedEvent;
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
    parse(record, chunk, offset, known) {
      const parsed =
        known === undefined
          ? recognise(withoutMark(record), chunk, options.zone)
          : withFacts(
              known.facts,
              known.message !== undefined && options.format === 'auto'
                ? { text: known.message, fields: noFields }
                : recognise(known.message ?? record, chunk, options.zone),
            );
      const own = options.time === 'received' ? undefined : parsed.at;
      const plausible = own !== undefined && isPlausible(own, chunk.receivedAt);
      return {
        event: eventOf(parsed, record, chunk, offset, plausible ? own : chunk.receivedAt),
        implausible: own !== undefined && !plausible,
      };
    },
  };
}

/** Some programs begin their files with a byte order mark: it is no part of what the first line says. */
const withoutMark = (record: string): string => (record.charCodeAt(0) === 0xfeff ? record.slice(1) : record);

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

/**
 * What the source knows with what was read of the record: what the message says of severity and fields is nearer
 * to the truth, of all else what the source says.
 */
function withFacts({ message: _begin, fields, ...head }: RecordFacts, parsed: ParsedRecord): ParsedRecord {
  const severity = parsed.severity ?? head.severity;
  return {
    ...parsed,
    ...head,
    ...(severity === undefined ? {} : { severity }),
    fields: fields === undefined ? parsed.fields : Object.assign(emptyFields(), fields, parsed.fields),
  };
}

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
