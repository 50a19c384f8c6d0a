import type { Chunk } from '../model/chunk.ts';
import type { SourceCondition } from '../model/effect.ts';
import type { Instant } from '../model/time.ts';
import type { Source, SourceNotice, SourceOutput } from '../sources/contract.ts';
import type { Item } from './loop.ts';

/** One source on its way into the loop. */
export interface SourcePump {
  readonly name: string;
  /** Settles when the source has ended: it was stopped, or everything was read. Rejects on a bug of ours. */
  readonly ended: Promise<void>;
  /** The newest condition of each stream. */
  conditions(): ReadonlyMap<string, SourceCondition>;
  /** When it was opened, and when the chunk was received that is not committed yet, in milliseconds since the epoch. */
  progress(): { readonly openedAt: Instant; readonly waiting?: Instant };
}

/**
 * Hands what `source` yields to the loop, one output at a time: the next chunk is read when the one
 * before is committed; `took` hears how many milliseconds that was.
 */
export function pumpSource(
  name: string,
  source: Source,
  signal: AbortSignal,
  offer: (item: Item) => void,
  took: (ms: number) => void,
  openedAt: Instant,
  notice: (stream: string, notice: SourceNotice) => void,
): SourcePump {
  const conditions = new Map<string, SourceCondition>();
  let release = (): void => undefined;
  let waiting: Instant | undefined;
  // A ledger that cannot be written must not keep a source from being closed.
  signal.addEventListener('abort', () => release(), { once: true });

  /** `stream` is the one whose condition has changed. */
  const tell = (stream: string): void => {
    const condition = overall(conditions);
    if (condition === undefined) return;
    const isBehind = conditions.get(stream) === 'reading';
    offer({ type: 'condition', source: name, condition, ...(isBehind ? {} : { caughtUp: stream }) });
  };

  const committed = async (chunk: Chunk): Promise<void> => {
    const begun = performance.now();
    waiting = chunk.receivedAt;
    await new Promise<void>((taken) => {
      offer({ type: 'chunk', source: name, chunk, taken });
      release = taken;
    });
    waiting = undefined;
    took(performance.now() - begun);
  };

  const pass = async (output: SourceOutput): Promise<void> => {
    switch (output.type) {
      case 'chunk':
        await committed(output.chunk);
        break;
      case 'condition':
        conditions.set(output.stream, output.condition);
        tell(output.stream);
        break;
      case 'notice':
        notice(output.stream, output.notice);
        break;
      case 'forget':
        conditions.delete(output.stream);
        offer({ type: 'forget', source: name, stream: output.stream });
        tell(output.stream);
        break;
    }
  };

  const run = async (): Promise<void> => {
    try {
      for await (const output of source) await pass(output);
    } finally {
      if (!signal.aborted) offer({ type: 'condition', source: name, condition: 'gone' });
    }
  };
  return {
    name,
    ended: run(),
    conditions: () => conditions,
    progress: () => ({ openedAt, ...(waiting === undefined ? {} : { waiting }) }),
  };
}

/** A source is as far as its slowest stream; it is unreadable or gone only when all of it is. */
export function overall(conditions: ReadonlyMap<string, SourceCondition>): SourceCondition | undefined {
  const all = new Set(conditions.values());
  return (['reading', 'atEnd', 'unreadable', 'gone'] as const).find((condition) => all.has(condition));
}
