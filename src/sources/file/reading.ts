import type { BlockShelf } from './block-shelf.ts';
import { createCutter, type Multiline, type RecordLimits, type Skip } from '../records.ts';
import { createGeneration, peekHead, type Generation, type Witness } from './generation.ts';
import type { Reader } from './reader.ts';

/** One generation as it is being read. */
export interface Reading {
  readonly generation: Generation;
  /** Bytes before this offset are history: they were there when the source was opened. */
  readonly historyEnd: number;
  /** It will never grow: a copy, or compressed. */
  readonly settled: boolean;
  atEnd: boolean;
  /** When it last grew, and when it was last looked at (monotonic, ms). */
  grownAt: number;
  lookedAt: number;
}

export interface ReadingSetting {
  readonly limits: RecordLimits;
  readonly multiline: Multiline | undefined;
  readonly monotonic: () => number;
  /** That of the source: it yields one block at a time. */
  readonly shelf: BlockShelf;
}

/** All of a file is history. */
export const everything = Number.POSITIVE_INFINITY;

/** Begins readings of one stream. */
export interface Starter {
  start(
    reader: Reader,
    from: { readonly offset: number; readonly witness: Witness; readonly skip: Skip },
    about: { readonly historyEnd: number; readonly settled: boolean },
  ): Reading;
  fromBeginning(reader: Reader, historyEnd: number): Promise<Reading>;
}

export function createStarter({ limits, multiline, monotonic, shelf }: ReadingSetting): Starter {
  const start: Starter['start'] = (reader, { offset, witness, skip }, about) => ({
    ...about,
    generation: createGeneration(reader, offset, witness, createCutter(limits, multiline, skip), shelf),
    atEnd: false,
    grownAt: monotonic(),
    lookedAt: 0,
  });
  return {
    start,
    async fromBeginning(reader, historyEnd) {
      const witness = { head: await peekHead(reader), before: Buffer.alloc(0) };
      return start(reader, { offset: 0, witness, skip: 'none' }, { historyEnd, settled: reader.compressed });
    },
  };
}
