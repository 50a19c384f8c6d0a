import type { Loss } from '../net/losses.ts';

/** What came of one datagram: a whole message, a piece that waits for others, or what is wrong. */
export type Assembled =
  | { readonly type: 'whole'; readonly bytes: Buffer }
  | { readonly type: 'waits' }
  | { readonly type: 'lost'; readonly loss: Loss };

/** Puts the pieces of messages together. Limits: all lengths in bytes, times in milliseconds. */
export interface AssemblyLimits {
  readonly message: number;
  /** Of all pieces that wait. */
  readonly waiting: number;
  readonly messages: number;
}

export interface Assembly {
  take(datagram: Buffer, peer: string, at: number): Assembled;
  /** How many messages were given up since the last call. */
  givenUp(at: number): number;
}

interface Partial {
  readonly pieces: (Buffer | undefined)[];
  readonly since: number;
  missing: number;
  bytes: number;
}

const headLength = 12;
/** "GELF via UDP", chunking: at most 128 chunks, and all of them within five seconds. */
const mostPieces = 128;
const patienceMs = 5000;

/** Of "GELF via UDP", chunking (Graylog's GELF Payload Specification). */
export function createAssembly(limits: AssemblyLimits): Assembly {
  const partial = new Map<string, Partial>();
  let waiting = 0;
  let lost = 0;

  const forget = (key: string, found: Partial): void => {
    partial.delete(key);
    waiting -= found.bytes;
  };

  /** The oldest come first: messages are forgotten in the order in which they began. */
  const clear = (at: number, room: number, more: number): void => {
    for (const [key, found] of partial) {
      const isOver = at - found.since > patienceMs;
      if (!isOver && partial.size + more <= limits.messages && waiting + room <= limits.waiting) break;
      forget(key, found);
      lost += 1;
    }
  };

  const add = (key: string, index: number, count: number, piece: Buffer, at: number): Assembled => {
    const found = partial.get(key) ?? { pieces: [], since: at, missing: count, bytes: 0 };
    if (!partial.has(key)) clear(at, piece.length, 1);
    partial.set(key, found);
    if (found.pieces[index] !== undefined) return { type: 'waits' };
    found.pieces[index] = piece;
    found.missing -= 1;
    found.bytes += piece.length;
    waiting += piece.length;
    if (found.bytes > limits.message) {
      forget(key, found);
      return { type: 'lost', loss: 'overlong' };
    }
    if (found.missing > 0) return { type: 'waits' };
    forget(key, found);
    return { type: 'whole', bytes: Buffer.concat(found.pieces.flatMap((one) => one ?? [])) };
  };

  return {
    take(datagram, peer, at) {
      if (datagram[0] !== 0x1e || datagram[1] !== 0x0f) return { type: 'whole', bytes: datagram };
      const [index = 0, count = 0] = datagram.subarray(10, headLength);
      if (datagram.length <= headLength || count === 0 || count > mostPieces || index >= count)
        return { type: 'lost', loss: 'malformed' };
      const key = `${peer} ${datagram.toString('hex', 2, 10)} ${String(count)}`;
      return add(key, index, count, Buffer.from(datagram.subarray(headLength)), at);
    },
    givenUp(at) {
      clear(at, 0, 0);
      const given = lost;
      lost = 0;
      return given;
    },
  };
}
