/** Blocks of three bytes, hashed to this many values. */
const HASHES = 1 << 16;
export const LAST_HASH = HASHES - 1;

/** What is counted of a chunk: enough to tell common blocks from rare ones. */
const SAMPLE = 32 * 1024;

/** How often each block of three bytes stood in what was looked at, by its hash. */
export interface Census {
  readonly counts: Float64Array;
  /** Counts a part of the bytes. */
  count(bytes: Uint8Array): void;
}

/** The hash of three bytes. */
export function blockHash(a: number, b: number, c: number): number {
  return ((a << 10) ^ (b << 5) ^ c) & LAST_HASH;
}

/** A table with one number for each hash. */
export const hashTable = (): Uint8Array => new Uint8Array(HASHES);

export function createCensus(): Census {
  const counts = new Float64Array(HASHES);
  return {
    counts,
    count(bytes) {
      const end = Math.min(bytes.length, SAMPLE);
      for (let at = 2; at < end; at += 1) {
        const block = blockHash(bytes[at - 2] as number, bytes[at - 1] as number, bytes[at] as number);
        counts[block] = (counts[block] as number) + 1;
      }
    },
  };
}
