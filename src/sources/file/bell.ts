/** Wakes one waiter: on a ring, when the time is over, or when the signal aborts. A ring before the wait counts. */
export interface Bell {
  ring(): void;
  wait(ms: number): Promise<void>;
  close(): void;
}

export function createBell(signal: AbortSignal): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring);
  return {
    ring,
    async wait(ms) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.ceil(ms));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
    close: () => signal.removeEventListener('abort', ring),
  };
}
