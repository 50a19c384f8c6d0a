/** Upper bounds in seconds: from a few milliseconds, which is usual, to the hour that a pause may last. */
const bounds: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
];

/** How long things took: how many of them at most each bound (seconds, cumulative), and their sum. */
export interface Spread {
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  readonly count: number;
  readonly sum: number;
}

/** Counts lengths of time into buckets. */
export interface Histogram {
  /** A length in seconds; one below zero, of a clock that was set back, counts as zero. */
  observe(seconds: number): void;
  spread(): Spread;
}

/** One without observations. */
export function createHistogram(): Histogram {
  const counts = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  return {
    observe(seconds) {
      const length = Math.max(0, seconds);
      const at = bounds.findIndex((bound) => length <= bound);
      if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
      count += 1;
      sum += length;
    },
    spread() {
      let below = 0;
      return {
        buckets: bounds.map((bound, at) => [bound, (below += counts[at] ?? 0)] as const),
        count,
        sum,
      };
    },
  };
}

/**
 * The length that `share` (0 to 1) of the observations did not exceed, as near as the buckets tell: their
 * upper bound. Infinity: longer than the last bound. Undefined: nothing was observed.
 */
export function quantile({ buckets, count }: Spread, share: number): number | undefined {
  if (count === 0) return undefined;
  return buckets.find(([, below]) => below >= share * count)?.[0] ?? Infinity;
}
