/** What snmptrapd printed: traps, and what else it had to say. */
export interface Printed {
  readonly traps: readonly string[];
  readonly said: readonly string[];
}

/** Finds the traps in what snmptrapd prints. */
export interface OutputReader {
  read(block: Buffer): Printed;
}

/**
 * Traps stand between marks that nobody who sends one can know: their texts may have lines, and look like
 * anything. `most`: bytes of a trap; the rest of a longer one is left out.
 */
export function createOutputReader(begin: string, end: string, most: number): OutputReader {
  let carry = Buffer.alloc(0);
  let isSkipping = false;

  return {
    read(block) {
      let bytes = Buffer.concat([carry, block]);
      const traps: string[] = [];
      const said: string[] = [];
      for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end)) {
        const from = bytes.subarray(0, at).lastIndexOf(begin);
        said.push(...linesOf(bytes.subarray(0, Math.max(0, from))));
        if (from >= 0)
          traps.push(bytes.toString('utf8', from + begin.length, Math.min(at, from + begin.length + most)));
        bytes = bytes.subarray(at + end.length);
        isSkipping = false;
      }
      const from = bytes.indexOf(begin);
      if (from < 0) {
        const feed = bytes.lastIndexOf(0x0a) + 1;
        said.push(...linesOf(bytes.subarray(0, feed)));
        bytes = bytes.subarray(feed);
      }
      // A mark at the end of a text that is too long must not be cut.
      const room = most + begin.length + end.length;
      if (bytes.length > room && (from >= 0 || isSkipping)) {
        bytes = Buffer.concat([bytes.subarray(0, most + begin.length), bytes.subarray(-end.length)]);
        isSkipping = true;
      } else if (bytes.length > room) bytes = bytes.subarray(-begin.length);
      carry = Buffer.from(bytes);
      return { traps, said };
    },
  };
}

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
