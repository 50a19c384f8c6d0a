import type { Readable } from 'node:stream';

/** A block, undefined at the end of the stream, or why there is none. */
export type Pulled = Buffer | undefined | 'late' | 'aborted';

/** Takes blocks from a stream that goes on to live: nothing is taken that is not handed out. */
export interface Blocks {
  /** `limit`: how long to wait for one (ms); undefined: without end. */
  next(limit: number | undefined): Promise<Pulled>;
  /** Takes no more; the stream can be taken from again by others. */
  close(): void;
}

const stirring = ['readable', 'end', 'error', 'close'] as const;

export function pullBlocks(input: Readable, signal: AbortSignal): Blocks {
  let wake = (): void => {};
  const stir = (): void => wake();
  for (const event of stirring) input.on(event, stir);
  // An error that comes while nobody takes must not end the process.
  if (!input.listeners('error').includes(ignore)) input.on('error', ignore);
  signal.addEventListener('abort', stir);

  const take = (): Pulled | 'nothing' => {
    if (signal.aborted) return 'aborted';
    const block: Buffer | string | null = input.read();
    if (block !== null) return Buffer.from(block);
    return input.readableEnded || input.destroyed ? undefined : 'nothing';
  };

  /** False when the time is over. */
  const stirred = (limit: number | undefined): Promise<boolean> =>
    new Promise((resolve) => {
      const settle = (again: boolean): void => {
        clearTimeout(timer);
        wake = () => {};
        resolve(again);
      };
      const timer = limit === undefined ? undefined : setTimeout(settle, limit, false);
      wake = () => settle(true);
    });

  return {
    async next(limit) {
      for (;;) {
        const block = take();
        if (block !== 'nothing') return block;
        if (!(await stirred(limit))) return 'late';
      }
    },
    close() {
      for (const event of stirring) input.off(event, stir);
      signal.removeEventListener('abort', stir);
      // A stream that still reads ahead keeps the process alive. Node takes note of the listeners only now.
      process.nextTick(() => {
        if (input.listenerCount('readable') === 0) input.pause();
      });
    },
  };
}

const ignore = (): void => {};
