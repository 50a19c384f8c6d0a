import { nothing, type Arrival, type Arrivals, type Framer, type Wire } from '../net/wire.ts';
import type { Loss } from '../net/losses.ts';
import { createAssembly } from './assembly.ts';
import { arrivalOf, inflated } from './message.ts';

/** Bytes of pieces that wait for others, and messages they belong to. */
const waitingLimit = 16 * 1024 * 1024;
const messageLimit = 1000;

/** GELF over UDP (in pieces, compressed or not) and over TCP (ended by NUL). */
export function createGelfWire(maxMessage: number): Wire {
  const assembly = createAssembly({ message: maxMessage, waiting: waitingLimit, messages: messageLimit });
  return {
    datagram(bytes, peer, at) {
      const given = Array.from({ length: assembly.givenUp(at) }, (): Loss => 'incomplete');
      const assembled = assembly.take(bytes, peer, at);
      if (assembled.type === 'waits') return { arrived: [], losses: given };
      if (assembled.type === 'lost') return { arrived: [], losses: [...given, assembled.loss] };
      const { arrived, losses } = messageOf(assembled.bytes, maxMessage);
      return { arrived, losses: [...given, ...losses] };
    },
    framer: () => createGelfFramer(maxMessage),
  };
}

/** "GELF via TCP": messages end with NUL, and are not compressed. */
export function createGelfFramer(maxMessage: number): Framer {
  let carry = Buffer.alloc(0);
  let isSkipping = false;

  const piece = (bytes: Buffer): Arrivals => (bytes.length === 0 ? nothing : messageOf(bytes, maxMessage));

  return {
    read(block) {
      let bytes = carry.length === 0 ? block : Buffer.concat([carry, block]);
      const arrived: Arrival[] = [];
      const losses: Loss[] = [];
      for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0)) {
        if (!isSkipping) {
          const found = piece(bytes.subarray(0, end));
          arrived.push(...found.arrived);
          losses.push(...found.losses);
        }
        isSkipping = false;
        bytes = bytes.subarray(end + 1);
      }
      if (!isSkipping && bytes.length > maxMessage) {
        losses.push('overlong');
        isSkipping = true;
      }
      carry = isSkipping ? Buffer.alloc(0) : Buffer.from(bytes);
      return { arrived, losses };
    },
    end() {
      const left = carry;
      carry = Buffer.alloc(0);
      return piece(left);
    },
  };
}

function messageOf(bytes: Buffer, maxMessage: number): Arrivals {
  const found = inflated(bytes, maxMessage);
  if ('loss' in found) return { arrived: [], losses: [found.loss] };
  const arrival = arrivalOf(found.text);
  return arrival === undefined ? { arrived: [], losses: ['malformed'] } : { arrived: [arrival], losses: [] };
}
