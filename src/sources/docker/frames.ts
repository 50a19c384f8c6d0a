/** Text of one of a container's two streams. */
export interface LogPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
  /** It begins a message of the engine's, and holds the message's stamp whole. */
  readonly begins: boolean;
}

/** Takes the answer of the log endpoint apart, in pieces of any length; undefined: it is not of that form. */
export interface FrameReader {
  read(block: Buffer): readonly LogPiece[] | undefined;
}

const headLength = 8;
/** A stamp and the blank after it. */
const stampLength = 31;

/**
 * Docker Engine API, "Attach to a container", "Stream format": a header of eight bytes, of which the first is 1 for
 * standard output and 2 for standard error and the last four are the length, big-endian; then so many bytes.
 * A container with a terminal has one stream and no headers.
 */
export function createFrameReader(hasTerminal: boolean): FrameReader {
  if (hasTerminal) return { read: (bytes) => [{ stream: 'stdout', bytes, begins: false }] };
  let head = Buffer.alloc(0);
  let stream: LogPiece['stream'] = 'stdout';
  let left = 0;
  /** The beginning of a message, until it holds all of the stamp. */
  let opening: Buffer | undefined;
  let openingLength = 0;
  let isBroken = false;
  return {
    read(block) {
      const pieces: LogPiece[] = [];
      for (let at = 0; at < block.length && !isBroken;) {
        if (left > 0) {
          const taken = block.subarray(
            at,
            at + (opening === undefined ? left : openingLength - opening.length),
          );
          left -= taken.length;
          at += taken.length;
          opening = opening === undefined ? undefined : Buffer.concat([opening, taken]);
          if (opening !== undefined && opening.length < openingLength) break;
          pieces.push({ stream, bytes: opening ?? taken, begins: opening !== undefined });
          opening = undefined;
          continue;
        }
        const wanted = headLength - head.length;
        head = Buffer.concat([head, block.subarray(at, at + wanted)]);
        at += wanted;
        if (head.length < headLength) break;
        isBroken = (head[0] ?? 9) > 2 || head[1] !== 0 || head[2] !== 0 || head[3] !== 0;
        stream = head[0] === 2 ? 'stderr' : 'stdout';
        left = head.readUInt32BE(4);
        opening = Buffer.alloc(0);
        openingLength = Math.min(left, stampLength);
        head = Buffer.alloc(0);
      }
      return isBroken ? undefined : pieces;
    },
  };
}
