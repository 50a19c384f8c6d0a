/** How many messages each sender may send within a second. */
export interface PaceLimit {
  /** Whether one more is within the limit; `at`: monotonic milliseconds. */
  take(sender: string, at: number): boolean;
}

/** Senders that are remembered; when there are more, all begin anew. */
const mostSenders = 10_000;

/** `rate` undefined: no limit. */
export function createPaceLimit(rate: number | undefined): PaceLimit {
  if (rate === undefined) return { take: () => true };
  let second = 0;
  let counts = new Map<string, number>();
  return {
    take(sender, at) {
      const now = Math.floor(at / 1000);
      if (now !== second || counts.size > mostSenders) counts = new Map();
      second = now;
      const count = (counts.get(sender) ?? 0) + 1;
      counts.set(sender, count);
      return count <= rate;
    },
  };
}
