import { murmur } from '../kit/hash.ts';
import { millis, type Millis } from '../model/time.ts';

const SHORTEST = 1000;
const LONGEST = 300_000;

/**
 * How long to wait after the `failures`-th failure in a row, from 1: a second, doubling to five minutes,
 * less up to a quarter. The quarter comes from `seed`, so that many waiters spread out and yet the same
 * inputs give the same times.
 */
export function backoff(failures: number, seed: string): Millis {
  const full = Math.min(LONGEST, SHORTEST * 2 ** Math.min(failures - 1, 30));
  const [random] = murmur(`${seed} ${failures}`);
  return millis(Math.round(full * (1 - (random % 256) / 1024)));
}
