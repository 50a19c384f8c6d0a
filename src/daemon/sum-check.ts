import { instant, type Instant } from '../model/time.ts';

/** Says when the engine's counters are to be checked: once a minute, and only if something happened. */
export interface SumCheck {
  /** Something was taken since the last check. */
  touched(): void;
  /** Whether to check now; if so, that is the last check from now on. */
  take(now: Instant): boolean;
  /** When to check next; undefined: nothing happened since the last check. */
  next(): Instant | undefined;
}

const everyMs = 60_000;

/** The first check comes a minute after `start`. */
export function createSumCheck(start: Instant): SumCheck {
  let last = start;
  let isTouched = false;
  const next = (): Instant | undefined => (isTouched ? instant(last + everyMs) : undefined);
  return {
    touched: () => void (isTouched = true),
    take(now) {
      const due = next();
      if (due === undefined || due > now) return false;
      last = now;
      isTouched = false;
      return true;
    },
    next,
  };
}
