/** How many bytes of a source are worked on at a time, by how long the last ones took. */
export interface ChunkSize {
  /** For the next chunk. */
  bytes(): number;
  /** A chunk took so long from its reading to its commit (ms). */
  took(ms: number): void;
}

const least = 16 * 1024;
const most = 1024 * 1024;
/** Where nothing is known yet: a line in which every byte matters costs a thousand times one that nobody wants. */
const first = 64 * 1024;
/** Longer than that nothing else gets its turn: messages, commands, other sources (ms). */
const tooLongMs = 200;
const quickMs = 60;

/**
 * Chunks are committed whole, so they are the grain in which everything else waits. Where every line is an
 * alert they become small; where few are they grow, for then a commit each would be most of the work.
 */
export function createChunkSize(): ChunkSize {
  let bytes = first;
  return {
    bytes: () => bytes,
    took(ms) {
      if (ms > tooLongMs) bytes = Math.max(least, Math.floor(bytes / 2));
      else if (ms < quickMs) bytes = Math.min(most, bytes * 2);
    },
  };
}
