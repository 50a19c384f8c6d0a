/** Cuts what a command prints into lines, as byte strings without their newlines. */
export interface OutputLines {
  take(chunk: Buffer): readonly string[];
  /** The last line, when no newline ends it. */
  rest(): readonly string[];
}

/** A line is `limit` bytes at most; the rest of a longer one is left out. */
export function createOutputLines(limit: number): OutputLines {
  let held = '';
  let begun = false;

  const add = (part: string): void => {
    begun = true;
    held += part.slice(0, limit - held.length);
  };
  const cut = (): string => {
    const line = held;
    held = '';
    begun = false;
    return line;
  };

  return {
    take(chunk) {
      const parts = chunk.toString('latin1').split('\n');
      const last = parts.pop() ?? '';
      const lines = parts.map((part) => {
        add(part);
        return cut();
      });
      if (last !== '') add(last);
      return lines;
    },
    rest: () => (begun ? [cut()] : []),
  };
}
