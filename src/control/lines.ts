/** Cuts incoming bytes into lines of UTF-8 text, none of which is longer than a limit. */
export interface Lines {
  add(bytes: Uint8Array): void;
  /** The next whole line, without its line feed; undefined while none is whole, or after `tooLong`. */
  take(): string | undefined;
  /** Whether a line longer than the limit has begun: nothing sensible can follow. */
  tooLong(): boolean;
  /** Bytes that wait to be taken; the caller stops reading when they are many. */
  waiting(): number;
}

const lineFeed = 10;

/** `longest`: most bytes of a line, its line feed included. */
export function createLines(longest: number): Lines {
  let buffer = Buffer.alloc(1024);
  let start = 0;
  let searched = 0;
  let end = 0;
  let broken = false;

  const makeRoom = (length: number): void => {
    if (end + length <= buffer.length) return;
    const needed = end - start + length;
    const next = needed > buffer.length ? Buffer.alloc(Math.max(needed, buffer.length * 2)) : buffer;
    buffer.copy(next, 0, start, end);
    searched -= start;
    end -= start;
    start = 0;
    buffer = next;
  };

  return {
    add(bytes) {
      makeRoom(bytes.length);
      buffer.set(bytes, end);
      end += bytes.length;
    },
    take() {
      const feed = buffer.subarray(0, end).indexOf(lineFeed, searched);
      searched = feed < 0 ? end : feed + 1;
      broken ||= searched - start > longest || (feed < 0 && end - start >= longest);
      if (broken || feed < 0) return undefined;
      const line = buffer.toString('utf8', start, feed);
      start = feed + 1;
      return line;
    },
    tooLong: () => broken,
    waiting: () => end - start,
  };
}
