import type { z } from 'zod';
import type { Chunk } from '../model/chunk.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceCondition } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Instant } from '../model/time.ts';

/** Something a human should know of a source, in one line. `alert`: worth an alert of its own. */
export interface SourceNotice {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  readonly text: string;
  readonly alert: boolean;
}

/** What a source yields, in the order in which it happened. */
export type SourceOutput =
  | { readonly type: 'chunk'; readonly chunk: Chunk }
  | { readonly type: 'condition'; readonly stream: string; readonly condition: SourceCondition }
  | { readonly type: 'notice'; readonly stream: string; readonly notice: SourceNotice }
  /** A stream that will never yield again: its mark may be forgotten. */
  | { readonly type: 'forget'; readonly stream: string };

/** What a source needs of the machine. */
export interface SourcePorts {
  /** The source's name in the configuration. */
  readonly name: string;
  readonly now: () => Instant;
  /** Marks committed before, by stream. */
  readonly marks: ReadonlyMap<string, Json>;
  /** False: read what is there to its end and finish (`--once`). */
  readonly follow: boolean;
  /** Nobody reads on later: what is unfinished at the end of what is there counts as finished. Absent: no. */
  readonly last?: boolean;
  /** Longest line in bytes; the rest of a longer one is cut off and counted. */
  readonly maxLine: number;
  readonly signal: AbortSignal;
  /** Called when a stream goes on to another file, before anything of that is yielded. */
  readonly moved?: () => void;
  /** Most bytes of the next chunk, as far as the source can choose; absent: 1 MiB. */
  readonly mostBytes?: () => number;
}

/**
 * One open source. It never parses, never decides about restarts, and reads on only when asked: the
 * next output is made when the one before was taken, which is the back-pressure. The bytes of a chunk may be
 * written over as soon as the next output is asked for.
 *
 * Every source says at least one condition soon after it was opened, and so does every stream it finds
 * then, before it yields the first record of any: those that have something to read say `reading`, and say
 * it first. So the first condition is true of the source as a whole. From then on a stream says `reading`
 * before any chunk whose `reference` is earlier than its `receivedAt`, and another condition (or `forget`)
 * when that is over; a condition is said only when it changes.
 */
export type Source = AsyncIterable<SourceOutput>;

/** One kind of source: a row of the registry. */
export interface SourceKind<Options> {
  readonly kind: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** Its records come with fields of their own, whatever their format. */
  readonly addsFields?: true;
  /** Whether reading can go on at a mark after a restart. */
  readonly rewinds: boolean;
  open(options: Options, ports: SourcePorts): Source;
  /**
   * Bytes that are there to be read beyond committed marks, by stream. Opens nothing and never rejects; what
   * cannot be found out counts as nothing. Absent: nobody can tell.
   */
  unread?(marks: ReadonlyMap<string, Json>): Promise<number>;
}
