/** Lets a flood through at a pace. For one who takes at a time. */
export interface Gate {
  /** Settles when one more may come. */
  take(): Promise<void>;
  /** One that was taken is dealt with. */
  done(): void;
  /** Nobody waits any more. */
  release(): void;
}

/** At most `perSecond` in a second, and no more under way than `atOnce`. */
export function createGate(perSecond: number, atOnce: number): Gate {
  let second = Math.floor(performance.now() / 1000);
  let inSecond = 0;
  let underWay = 0;
  let released = false;
  let wake: (() => void) | undefined;

  return {
    async take() {
      while (underWay >= atOnce && !released) await new Promise<void>((resolve) => (wake = resolve));
      for (;;) {
        const now = performance.now();
        if (Math.floor(now / 1000) !== second) {
          second = Math.floor(now / 1000);
          inSecond = 0;
        }
        if (inSecond < perSecond || released) break;
        await new Promise((resolve) => setTimeout(resolve, 1000 - (now % 1000)));
      }
      inSecond += 1;
      underWay += 1;
    },
    done() {
      underWay -= 1;
      wake?.();
    },
    release() {
      released = true;
      wake?.();
    },
  };
}
