/** Waits, unless the signal aborts first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over);
  });
}

/** Waits for a promise that does not reject; undefined when the signal aborts first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let over = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    over = () => resolve(undefined);
    if (signal.aborted) over();
  });
  signal.addEventListener('abort', over);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', over);
  }
}

/** How long to wait before something is tried again that ended (ms). */
export interface Patience {
  /** `lastedMs`: how long it went well this time. */
  next(lastedMs: number): number;
}

/** The first wait, the longest one, and how long it must go well for the first to be enough again (ms). */
export interface PatienceLimits {
  readonly first: number;
  readonly longest: number;
  readonly well: number;
}

const usual: PatienceLimits = { first: 1000, longest: 60_000, well: 60_000 };

/** Waits that double with each failure. */
export function createPatience({ first, longest, well }: PatienceLimits = usual): Patience {
  let wait = first;
  return {
    next(lastedMs) {
      if (lastedMs >= well) wait = first;
      const now = wait;
      wait = Math.min(longest, wait * 2);
      return now;
    },
  };
}
