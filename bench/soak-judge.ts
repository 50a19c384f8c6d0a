/** What was seen of the program at one moment. */
export interface Sample {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly rssMiB: number;
  readonly descriptors: number;
}

/** The 99th percentile of the latencies of some seconds. */
export interface Slice {
  readonly at: number;
  readonly p99Ms: number;
}

/** One figure early on and at the end, and whether it stayed as it was. */
export interface Finding {
  readonly name: string;
  readonly early: number;
  readonly late: number;
  readonly isFlat: boolean;
}

/** Memory may be a tenth more at the end, and on short runs as much as a collector leaves lying about (MiB). */
const rssGrowth = 1.1;
const rssSlackMiB = 8;
/** Connections come and go: what counts is how many there are when there are fewest. */
const descriptorSlack = 2;
/** The machine has other things to do: half as much again, or so many milliseconds. */
const latencyGrowth = 1.5;
const latencySlackMs = 5;

/**
 * Compares the second fifth of the time with the last: the first is for what a program needs once. By the
 * median of the memory, the fewest descriptors, the median of the latencies' 99th percentiles.
 */
export function judge(samples: readonly Sample[], slices: readonly Slice[], seconds: number): Finding[] {
  const [early, late] = [fifth(samples, 1, seconds), fifth(samples, 4, seconds)];
  const rss = [early, late].map((some) => median(some.map(({ rssMiB }) => rssMiB)));
  const fewest = [early, late].map((some) =>
    quantile(
      some.map(({ descriptors }) => descriptors),
      0,
    ),
  );
  const p99 = [1, 4].map((n) => median(fifth(slices, n, seconds).map(({ p99Ms }) => p99Ms)));
  return [
    finding('RSS (MiB)', rss, (before) => Math.max(before * rssGrowth, before + rssSlackMiB)),
    finding('descriptors', fewest, (before) => before + descriptorSlack),
    finding('latency p99 (ms)', p99, (before) => Math.max(before * latencyGrowth, before + latencySlackMs)),
  ];
}

function finding(
  name: string,
  [early = NaN, late = NaN]: readonly number[],
  most: (early: number) => number,
) {
  return { name, early, late, isFlat: late <= most(early) };
}

const fifth = <T extends { readonly at: number }>(all: readonly T[], n: number, seconds: number): T[] =>
  all.filter(({ at }) => at >= (seconds * n) / 5 && at < (seconds * (n + 1)) / 5);

/** NaN of nothing, which is never flat. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
