import type { Json } from '../../model/json.ts';
import { instant, type Instant } from '../../model/time.ts';

/** How far a journal was read. */
export interface JournalMark {
  /** Of the last entry that was read; absent: the journal was empty. */
  readonly cursor?: string;
  /** When that was written. */
  readonly at?: Instant;
  /** How many bytes of records were made of it so far. */
  readonly offset: number;
}

export function encodeMark({ cursor, at, offset }: JournalMark): Json {
  return { cursor: cursor ?? null, at: at ?? null, offset };
}

/** Undefined when it is not one of ours. */
export function decodeMark(mark: Json | undefined): JournalMark | undefined {
  if (typeof mark !== 'object' || mark === null) return undefined;
  const { cursor, at, offset } = mark as { readonly [name: string]: unknown };
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return undefined;
  if (cursor === null) return { offset };
  if (typeof cursor !== 'string' || !isCursor(cursor)) return undefined;
  return typeof at === 'number' ? { cursor, at: instant(at), offset } : { cursor, offset };
}

/** Whether journalctl would take it as a cursor (sd_journal_get_cursor(3): opaque, but of one word). */
const isCursor = (text: string): boolean => /^[\x21-\x7e]{1,1000}$/.test(text);

/**
 * How many entries may lie between the entries of two cursors, those that filters would leave out among them;
 * undefined when the cursors do not tell: they are of journals that number their entries apart.
 */
export function entriesBetween(from: string, to: string): number | undefined {
  const [one, other] = [numberIn(from), numberIn(to)];
  if (one === undefined || other === undefined || one.series !== other.series) return undefined;
  return Math.max(0, other.number - one.number - 1);
}

/** `s=` is the series of numbers that an entry's number `i=` (hexadecimal) belongs to. */
function numberIn(cursor: string): { readonly series: string; readonly number: number } | undefined {
  const found = /^s=([0-9a-f]{32});i=([0-9a-f]{1,13});/.exec(cursor);
  const [, series, number] = found ?? [];
  return series === undefined || number === undefined ? undefined : { series, number: parseInt(number, 16) };
}
