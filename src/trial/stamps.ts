import { after, instant, seconds, type Instant } from '../model/time.ts';
import { createParser, type ChunkHead } from '../parse/event.ts';
import type { ParsedEvent } from '../parse/event.ts';

/**
 * Reads records of history. A stamp without a year is taken for the last one that lies at most a day after
 * `reference`; one that names a time after `until` cannot be true and counts as none.
 */
export interface HistoryParser {
  /** The record's own time; undefined: it has none. */
  stamp(record: string, reference: Instant): Instant | undefined;
  /** The event; `isStamped` false: its times mean nothing yet. */
  event(
    record: string,
    place: { readonly source: string; readonly stream: string; readonly offset: number },
    reference: Instant,
  ): { readonly event: ParsedEvent['event']; readonly isStamped: boolean };
}

/** The last moment that there is: a receipt time that nothing plausible comes after. */
const endOfTime = instant(8_640_000_000_000_000);
const tolerance = seconds(300);

/** `until`: the present, for history does not lie ahead. */
export function createHistoryParser(format: string, zone: string, until: Instant): HistoryParser {
  const parser = createParser({ format, zone });
  const latest = after(until, tolerance);
  const head: { -readonly [Name in keyof ChunkHead]: ChunkHead[Name] } = {
    source: '',
    receivedAt: endOfTime,
    reference: until,
    position: { stream: '' },
  };
  return {
    stamp(record, reference) {
      head.reference = reference;
      const { at } = parser.parse(record, head, 0).event;
      return at > latest ? undefined : at;
    },
    event(record, { source, stream, offset }, reference) {
      head.source = source;
      if (head.position.stream !== stream) head.position = { stream };
      head.reference = reference;
      const { event } = parser.parse(record, head, offset);
      return { event, isStamped: event.at <= latest };
    },
  };
}
