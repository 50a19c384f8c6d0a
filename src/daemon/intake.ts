import { lastStamped } from '../match/last-stamped.ts';
import { recordAt } from '../match/record-at.ts';
import { countRecords } from '../match/records.ts';
import { createScanner } from '../match/scanner.ts';
import type { MatchPorts, Scanner } from '../match/contract.ts';
import type { Chunk } from '../model/chunk.ts';
import type { Event } from '../model/event.ts';
import type { Program } from '../model/program.ts';
import type { Instant } from '../model/time.ts';
import { createParser, type KnownRecord, type ParsedEvent, type Parser } from '../parse/event.ts';
import { lineFormats } from '../parse/registry.ts';

/** An event and the rules that may match it. */
export interface Taken {
  readonly event: Event;
  readonly rules: readonly number[];
  /** False: it was there before, and says nothing of its time that can be believed. */
  readonly isTimed: boolean;
}

/** What came through one source so far. */
export interface IntakeCounts {
  readonly lines: number;
  readonly bytes: number;
  readonly candidates: number;
  /** Records whose own time was not plausible, so that receipt time was used. */
  readonly implausible: number;
}

/** Steps 2 and 3 of a line's way for one source: chunk → candidates → events. */
export interface Intake {
  take(chunk: Chunk): Iterable<Taken>;
  /** When the last record of a chunk was written; undefined: it does not say. */
  endOf(chunk: Chunk): Instant | undefined;
  counts(): IntakeCounts;
}

/** What an intake must know of its source. */
export interface IntakeSource {
  readonly name: string;
  readonly format: string;
  /** The rule that added it, and sees it whatever it is bound to; absent: it is configured. */
  readonly rule?: string;
}

/** An intake for `source`: the rules bound to it form its scanner. */
export function createIntake(
  source: IntakeSource,
  program: Program,
  zone: string,
  ports: MatchPorts,
): Intake {
  const scanner = scannerFor(source, program, ports);
  const parser: Parser = createParser({ format: source.format, zone });
  const byteRules = new Set(
    program.rules.flatMap(({ origin }, index) => (origin.dialect === 'native' ? [] : [index])),
  );
  const counts = { lines: 0, bytes: 0, candidates: 0, implausible: 0 };
  const parse = (record: string, chunk: Chunk, start: number, end: number): ParsedEvent => {
    const known = chunk.facts === undefined ? undefined : factsAt(chunk, start, end, ports);
    return parser.parse(record, chunk, chunk.position.begin + start, known);
  };
  /** The last time that a stream named which is behind. */
  const lastOf = new Map<string, Instant>();

  /** The record's own time; undefined: it says none that can be true. */
  const stampOf = (chunk: Chunk, start: number, end: number): Instant | undefined => {
    const record = ports.decode(chunk.bytes, start, end, 'utf8');
    const { at } = parse(record, chunk, start, end).event;
    return at === chunk.receivedAt ? undefined : at;
  };

  /**
   * A record that was there before and says no time was written after the one before it: to take its receipt for
   * that would move all that follows into the past. No rule may want that one, so it is looked for, but only after
   * `seen`, where the last candidate of the chunk begins.
   */
  const timed = (
    event: Event,
    chunk: Chunk,
    start: number,
    seen: number,
  ): Pick<Taken, 'event' | 'isTimed'> => {
    const { reference, receivedAt, position } = chunk;
    if (reference >= receivedAt) {
      if (lastOf.size > 0) lastOf.delete(position.stream);
      return { event, isTimed: true };
    }
    if (event.at !== receivedAt) {
      lastOf.set(position.stream, event.at);
      return { event, isTimed: true };
    }
    const before =
      start === 0
        ? undefined
        : lastStamped(chunk, start - 1, seen, (record) => stampOf(chunk, record.start, record.end));
    if (before !== undefined) lastOf.set(position.stream, before.at);
    const last = lastOf.get(position.stream);
    return { event: last === undefined ? event : { ...event, at: last }, isTimed: before !== undefined };
  };

  return {
    *take(chunk) {
      counts.bytes += chunk.bytes.length;
      counts.lines += countRecords(chunk);
      let seen = -1;
      for (const candidate of scanner.scan(chunk)) {
        const { start, end } = candidate;
        const record = ports.decode(chunk.bytes, start, end, 'utf8');
        const parsed = parse(record, chunk, start, end);
        counts.candidates++;
        if (parsed.implausible) counts.implausible++;
        const bytes =
          byteRules.size > 0 && candidate.rules.some((rule) => byteRules.has(rule))
            ? ports.decode(chunk.bytes, start, end, 'latin1')
            : record;
        const { event, isTimed } = timed(parsed.event, chunk, start, seen);
        seen = start;
        yield { event: bytes === record ? event : { ...event, bytes }, rules: candidate.rules, isTimed };
      }
    },
    endOf(chunk) {
      const last = recordAt(chunk, chunk.bytes.length - 1);
      if (last === undefined) return undefined;
      const at = stampOf(chunk, last.start, last.end);
      if (at !== undefined) lastOf.set(chunk.position.stream, at);
      return at;
    },
    counts: () => ({ ...counts }),
  };
}

/** What the source knows of the record at `start`, found among the table's ascending offsets. */
function factsAt(chunk: Chunk, start: number, end: number, ports: MatchPorts): KnownRecord | undefined {
  if (chunk.records.kind !== 'table') return undefined;
  const { offsets } = chunk.records;
  let low = 0;
  for (let high = offsets.length / 2; low + 1 < high;) {
    const middle = (low + high) >> 1;
    if ((offsets[middle * 2] ?? 0) <= start) low = middle;
    else high = middle;
  }
  const facts = chunk.facts?.[low];
  if (facts === undefined) return undefined;
  if (facts.message === undefined) return { facts };
  return { facts, message: ports.decode(chunk.bytes, start + facts.message, end, 'utf8') };
}

/** The scanner of the rules bound to a source. */
export function scannerFor(source: IntakeSource, program: Program, ports: MatchPorts): Scanner {
  const bound = program.rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.id === source.rule || (rule.from?.includes(source.name) ?? true))
    .map(({ rule, index }) => ({ index, pattern: rule.pattern }));
  const format = lineFormats.find((known) => known.name === source.format);
  const escapes = format === undefined ? 'guessed' : format.escapes ? 'escaped' : 'text';
  return createScanner(bound, escapes, ports);
}
