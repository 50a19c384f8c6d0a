import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { Context } from './contexts.ts';
import { createRowTracker } from './row-tracker.ts';

/** A line in the store of a context. */
export interface StoredLine {
  readonly text: string;
  /** The second in which it was written. */
  readonly at: number;
  /** The number of its context. */
  readonly context: number;
  /** Its place among the lines of the context: ascending, below zero for those put in front. */
  readonly seq: number;
}

/** The stores of all contexts: a row for each line, so that what is written follows what came. */
export interface Stores {
  add(context: Context, texts: readonly string[], at: number, atFront: boolean): void;
  take(context: Context, wanted: (line: StoredLine, index: number) => boolean): readonly StoredLine[];
  drop(context: Context): void;
  changes(): Row[];
  restore(
    rows: readonly (readonly [key: string, value: Json])[],
    contexts: ReadonlyMap<number, Context>,
  ): void;
}

const PREFIX = 'line/';

export function createStores(limit: number, full: () => void): Stores {
  const tracker = createRowTracker<StoredLine>({
    key: ({ context, seq }) => `${PREFIX}${context}/${seq}`,
    value: ({ at, text }) => [at, text],
  });

  const keep = (context: Context, line: StoredLine): StoredLine => {
    if (!context.internal) tracker.touch(line);
    return line;
  };

  /** The lines at the other end give way. */
  const trim = (context: Context, atFront: boolean): void => {
    const over = context.lines.length - limit;
    if (over <= 0) return;
    const gone = atFront ? context.lines.splice(-over) : context.lines.splice(0, over);
    for (const line of gone) tracker.forget(line);
    full();
  };

  return {
    add(context, texts, at, atFront) {
      const { lines, order } = context;
      const first = atFront ? (lines[0]?.seq ?? 0) - texts.length : (lines.at(-1)?.seq ?? -1) + 1;
      const fresh = texts.map((text, index) =>
        keep(context, { text, at, context: order, seq: first + index }),
      );
      context.lines = atFront ? [...fresh, ...lines] : lines;
      if (!atFront) lines.push(...fresh);
      trim(context, atFront);
    },
    take(context, wanted) {
      const taken: StoredLine[] = [];
      const left: StoredLine[] = [];
      for (const [index, line] of context.lines.entries()) (wanted(line, index) ? taken : left).push(line);
      context.lines = left;
      for (const line of taken) tracker.forget(line);
      return taken;
    },
    drop(context) {
      for (const line of context.lines) tracker.forget(line);
    },
    changes: tracker.changes,
    restore(rows, contexts) {
      for (const [key, value] of rows) {
        if (!key.startsWith(PREFIX)) continue;
        const [context, seq] = key.slice(PREFIX.length).split('/').map(Number) as [number, number];
        const [at, text] = value as readonly [number, string];
        const line: StoredLine = { text, at, context, seq };
        contexts.get(context)?.lines.push(line);
        tracker.restored(line);
      }
      for (const { lines } of contexts.values()) lines.sort((a, b) => a.seq - b.seq);
    },
  };
}
