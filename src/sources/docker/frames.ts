/** Text of one of a container's two streams. */
export interface LogPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/** Takes the answer of the log endpoint apart, in pieces of any length; undefined: it is not of that form. */
export interface FrameReader {
  read(block: Buffer): readonly LogPiece[] | undefined;
}

const headLength = 8;

/**
 * Docker Engine API, "Attach to a container", "Stream format": a header of eight bytes, of which the first is 1 for
 * standard output and 2 for standard error and the last four are the length, big-endian; then so many bytes.
 * A container with a terminal has one stream and no headers.
 */
export function createFrameReader(hasTerminal: boolean): FrameReader {
  if (hasTerminal) return { read: (bytes) => [{ stream: 'stdout', bytes }] };
  let head = Buffer.alloc(0);
  let stream: LogPiece['stream'] = 'stdout';
  let left = 0;
  let isBroken = false;
  return {
    read(block) {
      const pieces: LogPiece[] = [];
      for (let at = 0; at < block.length && !isBroken;) {
        if (left > 0) {
          const bytes = block.subarray(at, at + left);
          pieces.push({ stream, bytes });
          left -= bytes.length;
          at += bytes.length;
          continue;
        }
        const wanted = headLength - head.length;
        head = Buffer.concat([head, block.subarray(at, at + wanted)]);
        at += wanted;
        if (head.length < headLength) break;
        isBroken = (head[0] ?? 9) > 2 || head[1] !== 0 || head[2] !== 0 || head[3] !== 0;
        stream = head[0] === 2 ? 'stderr' : 'stdout';
        left = head.readUInt32BE(4);
        head = Buffer.alloc(0);
      }
      return isBroken ? undefined : pieces;
    },
  };
}
