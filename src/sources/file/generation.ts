import type { Records } from '../../model/chunk.ts';
import type { BlockShelf } from './block-shelf.ts';
import type { Cutter, Ending } from '../records.ts';
import { beginsWith, endsWith, fingerprintOf, headLength, tailLength, type FileFacts } from './identity.ts';
import type { Fingerprint, Place } from './mark.ts';
import type { Reader } from './reader.ts';
import { looksLikeUtf16 } from './utf16.ts';

/** Most bytes of one chunk, and of one read. */
export const blockLength = 1024 * 1024;

/** Whole records of a file and where they lie in it. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly records: Records;
  readonly begin: number;
  readonly end: number;
  /** Records cut for their length. */
  readonly shortened: number;
}

/** What an attempt to read on gave. `more`: there are known bytes after it. */
export type Advance =
  | { readonly type: 'grown'; readonly piece: Piece | undefined; readonly more: boolean }
  | { readonly type: 'end' }
  /** The handle gives less than the path says: it may lead to a file that was deleted on another machine. */
  | { readonly type: 'stale' }
  /** What was read before is not there any more: truncated, or written anew. */
  | { readonly type: 'rewritten' };

/** One file as it is read from some offset on; a rotation gives its path another one. */
export interface Generation {
  readonly reader: Reader;
  /** As last seen while it was the file that was read. */
  readonly facts: FileFacts;
  /** Offset after the last byte read. */
  readonly position: number;
  /** Whether bytes were read that are not yet part of a record. */
  readonly partial: boolean;
  /** Whether `settle` was not tried since the last bytes came. */
  readonly unsettled: boolean;
  /** Reads a block of at most `most` bytes, but not past `limit`. */
  advance(limit?: number, most?: number): Promise<Advance>;
  /** Gives what the bytes already read hold when nothing follows them. */
  settle(ending: Ending): Piece | undefined;
  /** Whether its first bytes are those of UTF-16. */
  isUtf16(): boolean;
  /** The first bytes read of it, if any. */
  head(): Fingerprint;
  place(done: boolean): Place;
}

/** The bytes that show that a file is the one that was read: its first ones and those before the offset. */
export interface Witness {
  readonly head: Buffer;
  readonly before: Buffer;
}

/** Reads the witness of `offset`; undefined when the file is shorter. */
export async function witnessOf(reader: Reader, offset: number): Promise<Witness | undefined> {
  const head = await readAt(reader, 0, Math.min(headLength, offset));
  const lead = Math.min(tailLength, offset);
  const before = await readAt(reader, offset - lead, lead);
  return head === undefined || before === undefined ? undefined : { head, before };
}

/** The witness, if the file holds what `place` remembers. */
export async function recognise(reader: Reader, place: Place): Promise<Witness | undefined> {
  const witness = await witnessOf(reader, place.offset);
  if (witness === undefined || !endsWith(witness.before, place.tail)) return undefined;
  // The head may reach past the offset: it was read, but its record was not whole.
  const head =
    place.head.length > witness.head.length ? await readAt(reader, 0, place.head.length) : witness.head;
  return head !== undefined && beginsWith(head, place.head) ? { head, before: witness.before } : undefined;
}

/** A file's first bytes as they are now; none when they cannot be read. */
export async function peekHead(reader: Reader): Promise<Buffer> {
  const bytes = Buffer.alloc(headLength);
  const length = await reader.read(bytes, 0).catch(() => 0);
  return bytes.subarray(0, length);
}

export async function readAt(reader: Reader, position: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length);
  return (await reader.read(bytes, position)) === length ? bytes : undefined;
}

/** Reads `reader` from `offset` on; `witness` is what lies before it, and its first bytes as far as known. */
export function createGeneration(
  reader: Reader,
  offset: number,
  witness: Witness,
  cutter: Cutter,
  shelf: BlockShelf,
): Generation {
  let facts = reader.opened;
  let begun = offset;
  let { head, before } = witness;
  let carry: Buffer = Buffer.alloc(0);
  let known: Fingerprint | undefined;
  let settled = true;

  const position = (): number => begun + carry.length;

  /** Appends what was read to what waits, and takes the whole records out. */
  const cut = (bytes: Buffer, ending: Ending): Piece | undefined => {
    const found = cutter.cut(bytes, ending);
    const piece = {
      bytes: bytes.subarray(found.begin, found.end),
      records: found.records,
      begin: begun + found.begin,
      end: begun + found.end,
      shortened: found.shortened,
    };
    before = lastBytes(before, bytes.subarray(0, found.used));
    begun += found.used;
    // A copy: the block must not stay in memory for the few bytes of a line that is not complete.
    carry = Buffer.from(bytes.subarray(found.used));
    return found.used > 0 ? piece : undefined;
  };

  /** Takes what is read at `at` into the head; false when the head was known and is another one. */
  const remember = (fresh: Buffer, at: number): boolean => {
    if (at < head.length && !agree(fresh, head.subarray(at))) return false;
    const end = at + fresh.length;
    if (head.length < headLength && at <= head.length && end > head.length) {
      head = Buffer.concat([head, fresh.subarray(head.length - at, headLength - at)]);
      known = undefined;
    }
    return true;
  };

  /** Whether the file still begins, and goes on up to the position, as it was read. */
  const holdsHead = async (): Promise<boolean> => {
    if (reader.compressed) return true;
    const last = lastBytes(before, carry);
    const [start, end] = [
      await readAt(reader, 0, head.length),
      await readAt(reader, position() - last.length, last.length),
    ];
    return start?.equals(head) === true && end?.equals(last) === true;
  };

  const advance = async (limit = Number.POSITIVE_INFINITY, most = blockLength): Promise<Advance> => {
    const from = position();
    const seen = await reader.facts();
    if (!reader.compressed && seen.size < Math.max(from, head.length)) return { type: 'rewritten' };
    const behind = Math.min(limit, reader.compressed ? Number.POSITIVE_INFINITY : seen.size) - from;
    if (mayHaveBeenRewritten(facts, seen, behind <= 0) && !(await holdsHead())) return { type: 'rewritten' };
    if (behind <= 0) {
      const touched = seen.mtimeMs !== facts.mtimeMs;
      facts = seen;
      return { type: touched ? 'stale' : 'end' };
    }
    const block = await readOn(reader, from, Math.min(behind, most, blockLength), before, carry, shelf);
    if (block === undefined) return { type: 'rewritten' };
    const fresh = block.subarray(carry.length);
    if (!remember(fresh, from)) return { type: 'rewritten' };
    facts = seen;
    if (fresh.length === 0) return { type: 'stale' };
    settled = false;
    const piece = cut(block, 'open');
    return { type: 'grown', piece, more: fresh.length < behind };
  };

  return {
    reader,
    get facts() {
      return facts;
    },
    get position() {
      return position();
    },
    get partial() {
      return carry.length > 0;
    },
    get unsettled() {
      return !settled && carry.length > 0;
    },
    advance,
    settle(ending) {
      if (carry.length === 0 || (settled && ending !== 'closed')) return undefined;
      settled = true;
      return cut(carry, ending);
    },
    isUtf16: () => looksLikeUtf16(head),
    head: () => (known ??= fingerprintOf(head)),
    place: (done) => ({
      path: reader.path,
      dev: facts.dev,
      ino: facts.ino,
      head: (known ??= fingerprintOf(head)),
      tail: fingerprintOf(before),
      offset: begun,
      size: reader.compressed ? position() : Math.max(facts.size, position()),
      mtimeMs: facts.mtimeMs,
      skip: cutter.skip,
      done,
    }),
  };
}

/** Writes that follow each other closely are not worth a look at the head each time (ms). */
const headInterval = 50;

/** Written to without being longer, or after a pause in which it may have been truncated and grown. */
function mayHaveBeenRewritten(before: FileFacts, now: FileFacts, atEnd: boolean): boolean {
  const since = now.mtimeMs - before.mtimeMs;
  return atEnd ? since !== 0 : Math.abs(since) > headInterval;
}

/**
 * The waiting bytes and up to `length` that follow `position`. The last bytes before it are read again:
 * undefined when they changed, which is how a file truncated and grown past the place is noticed.
 */
async function readOn(
  reader: Reader,
  position: number,
  length: number,
  before: Buffer,
  carry: Buffer,
  shelf: BlockShelf,
): Promise<Buffer | undefined> {
  const last = lastBytes(before, carry);
  const lead = reader.compressed ? 0 : last.length;
  const kept = Math.max(0, carry.length - lead);
  const extra = Math.max(0, lead - carry.length);
  const block = shelf.take(kept + lead + length);
  carry.copy(block, 0, 0, kept);
  const filled = await reader.read(block.subarray(kept), position - lead);
  if (filled < lead || !block.subarray(kept, kept + lead).equals(last.subarray(last.length - lead)))
    return undefined;
  return block.subarray(extra, kept + filled);
}

const agree = (a: Buffer, b: Buffer): boolean => a.subarray(0, b.length).equals(b.subarray(0, a.length));

function lastBytes(before: Buffer, after: Buffer): Buffer {
  if (after.length >= tailLength) return Buffer.from(after.subarray(after.length - tailLength));
  return Buffer.concat([before.subarray(Math.max(0, before.length + after.length - tailLength)), after]);
}
