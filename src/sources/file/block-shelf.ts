/** Memory for the blocks that a source reads: one large block is used again and again. */
export interface BlockShelf {
  /** Memory of `length` bytes, with anything in it. */
  take(length: number): Buffer;
  /** Nobody looks any more at what was taken. */
  giveBack(): void;
}

/** Below this a block is made anew: files that grow slowly hold no memory between their lines. */
const leastKept = 64 * 1024;

/**
 * Keeps the largest block until a small one is asked for. Without it, V8 collects all garbage for every 30 MiB
 * read, and the kernel has to find each page anew.
 */
export function createBlockShelf(): BlockShelf {
  let kept: Buffer | undefined;
  let isOut = false;
  return {
    take(length) {
      if (isOut) return Buffer.allocUnsafeSlow(length);
      if (length < leastKept) {
        kept = undefined;
        return Buffer.allocUnsafeSlow(length);
      }
      if (kept === undefined || kept.length < length) kept = Buffer.allocUnsafeSlow(length);
      isOut = true;
      return kept.subarray(0, length);
    },
    giveBack() {
      isOut = false;
    },
  };
}
