import { nothing, type Arrival, type Arrivals, type Framer, type Wire } from '../net/wire.ts';
import type { Loss } from '../net/losses.ts';

const lf = 0x0a;
const nul = 0x00;
const blank = 0x20;
const cr = 0x0d;

/** A length of more digits than this is none. */
const mostDigits = 9;

/** What is being read where the bytes end. */
type State =
  | { readonly in: 'start' }
  /** A message that ends with LF or NUL; `skip`: the rest of one that was too long. */
  | { readonly in: 'line'; readonly skip: boolean }
  /** A message of a known length. */
  | { readonly in: 'counted'; left: number; kept: Buffer[]; room: number };

/**
 * Syslog as RFC 6587 has it over streams, and as rsyslog, syslog-ng and logger write it: a message that begins
 * with its length (3.4.1, octet counting, and RFC 5425, 4.3), or else ends with LF (3.4.2); NUL ends it too, as
 * glibc's syslog(3) writes it into stream sockets. Which of them, each message tells by how it begins: a number
 * and a blank are a length only before a priority, or JSON, or behind a message that had one. Else they belong to
 * a line such as `404 /index.html`, and would swallow those behind it.
 */
export function createSyslogFramer(maxMessage: number): Framer {
  let state: State = { in: 'start' };
  let carry = Buffer.alloc(0);
  /** The message before had a length. */
  let isCounted = false;

  const step = (bytes: Buffer, from: number, out: Out): number | undefined => {
    switch (state.in) {
      case 'start':
        return stepStart(bytes, from);
      case 'line':
        return stepLine(bytes, from, state.skip, out);
      case 'counted':
        return stepCounted(bytes, from, state, out);
    }
  };

  const stepStart = (bytes: Buffer, from: number): number | undefined => {
    let end = from;
    while (end < bytes.length && end - from <= mostDigits && isDigit(bytes[end])) end += 1;
    const isFirstDigit = end > from && bytes[from] !== 0x30;
    if (end === bytes.length && (end === from || (isFirstDigit && end - from <= mostDigits)))
      return undefined;
    const isLength = isFirstDigit && bytes[end] === blank && end - from <= mostDigits;
    if (isLength && !isCounted && end + 1 === bytes.length) return undefined;
    isCounted = isLength && (isCounted || opensMessage(bytes[end + 1]));
    if (!isCounted) {
      state = { in: 'line', skip: false };
      return from;
    }
    const left = Number(bytes.toString('latin1', from, end));
    state = { in: 'counted', left, kept: [], room: maxMessage };
    return end + 1;
  };

  const stepLine = (bytes: Buffer, from: number, skip: boolean, out: Out): number | undefined => {
    const end = endOfLine(bytes, from);
    if (end >= 0) {
      if (!skip) out.add(bytes.subarray(from, end), maxMessage);
      state = { in: 'start' };
      return end + 1;
    }
    if (skip) return bytes.length;
    if (bytes.length - from <= maxMessage) return undefined;
    out.add(bytes.subarray(from), maxMessage);
    state = { in: 'line', skip: true };
    return bytes.length;
  };

  const stepCounted = (
    bytes: Buffer,
    from: number,
    message: Extract<State, { in: 'counted' }>,
    out: Out,
  ): number => {
    const taken = Math.min(message.left, bytes.length - from);
    const kept = Math.min(taken, message.room);
    if (kept > 0) message.kept.push(Buffer.from(bytes.subarray(from, from + kept)));
    if (taken > kept && message.room >= 0) {
      out.losses.push('tooLong');
      message.room = -1;
    } else if (message.room > 0) message.room -= kept;
    message.left -= taken;
    if (message.left === 0) {
      out.add(Buffer.concat(message.kept), maxMessage);
      state = { in: 'start' };
    }
    return from + taken;
  };

  return {
    read(block) {
      const bytes = carry.length === 0 ? block : Buffer.concat([carry, block]);
      const out = createOut();
      let at = 0;
      while (at < bytes.length) {
        const next = step(bytes, at, out);
        if (next === undefined) break;
        at = next;
      }
      carry = Buffer.from(bytes.subarray(at));
      return out;
    },
    end() {
      const out = createOut();
      if (state.in === 'counted') out.add(Buffer.concat(state.kept), maxMessage);
      else if (carry.length > 0) out.add(carry, maxMessage);
      carry = Buffer.alloc(0);
      state = { in: 'start' };
      return out;
    },
  };
}

/** Syslog in all its ways over the network. */
export const createSyslogWire = (maxMessage: number): Wire => ({
  datagram(bytes) {
    const out = createOut();
    out.add(bytes, maxMessage);
    return out.arrived.length === 0 ? nothing : out;
  },
  framer: () => createSyslogFramer(maxMessage),
});

interface Out extends Arrivals {
  readonly arrived: Arrival[];
  readonly losses: Loss[];
  add(bytes: Buffer, maxMessage: number): void;
}

function createOut(): Out {
  const arrived: Arrival[] = [];
  const losses: Loss[] = [];
  return {
    arrived,
    losses,
    add(bytes, maxMessage) {
      const content = withoutEnding(bytes);
      if (content.length > maxMessage) losses.push('tooLong');
      // What it is part of would be kept alive by a view of it.
      if (content.length > 0) arrived.push({ record: Buffer.from(content.subarray(0, maxMessage)) });
    },
  };
}

/** rsyslog ends messages of RFC 5424 with LF, also in datagrams and inside of the length; others add NUL or CR. */
function withoutEnding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === lf || bytes[end - 1] === nul || bytes[end - 1] === cr)) end -= 1;
  return bytes.subarray(0, end);
}

function endOfLine(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(lf, from);
  const zero = bytes.subarray(from, feed < 0 ? bytes.length : feed).indexOf(nul);
  return zero < 0 ? feed : from + zero;
}

/** `<` of a priority, `{` of JSON. */
const opensMessage = (byte: number | undefined): boolean => byte === 0x3c || byte === 0x7b;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
