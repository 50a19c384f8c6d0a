import type { Millis } from '../model/time.ts';

/** A time limit that is running or not. */
export interface Patience {
  start(): void;
  stop(): void;
}

/** Calls `lost` when `length` has passed since the last `start` without a `stop`. */
export function createPatience(length: Millis, lost: () => void): Patience {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    start() {
      stop();
      timer = setTimeout(lost, length);
      timer.unref();
    },
    stop,
  };
}
