/** One entry as journalctl exports it. Values that were longer than the limits are cut. */
export interface JournalEntry {
  /** In the order in which they came; a name can come more than once. */
  readonly fields: readonly (readonly [name: string, value: Buffer])[];
  /** Whether something of it was left out. */
  readonly shortened: boolean;
}

/** Most bytes of `MESSAGE` and of any other value, and most fields of one entry. */
export interface EntryLimits {
  readonly message: number;
  readonly value: number;
  readonly fields: number;
}

/** Takes the Journal Export Format apart, as it comes, in pieces of any length. */
export interface ExportReader {
  /** The entries that end in `block`. Undefined: this is no export format, and never will be again. */
  read(block: Buffer): readonly JournalEntry[] | undefined;
}

const lf = 0x0a;
const equals = 0x3d;
/** journald takes names of 64 bytes at most (journal-file, `field is valid`). */
const longestName = 256;
const lengthBytes = 8;

/** What is being read where the bytes end. */
type State =
  | { readonly in: 'line' }
  | { readonly in: 'restOfLine' }
  | { readonly in: 'length'; readonly name: string }
  | { readonly in: 'value'; readonly name: string; left: number; readonly kept: Buffer[]; room: number }
  | { readonly in: 'broken' };

/**
 * The format is that of https://systemd.io/JOURNAL_EXPORT_FORMATS/, "Journal Export Format": lines `NAME=text`,
 * or a line `NAME`, the length as a 64-bit little-endian number, that many bytes and a line feed; an empty line
 * ends an entry. However long a value is, no more of it is kept than the limits allow.
 */
export function createExportReader(limits: EntryLimits): ExportReader {
  let state: State = { in: 'line' };
  let carry = Buffer.alloc(0);
  let fields: [string, Buffer][] = [];
  let shortened = false;
  let entries: JournalEntry[] = [];

  const roomFor = (name: string): number => (name === 'MESSAGE' ? limits.message : limits.value);

  const add = (name: string, value: Buffer, whole: number): void => {
    shortened ||= value.length < whole;
    if (fields.length >= limits.fields) shortened = true;
    else fields.push([name, value]);
  };

  const endEntry = (): void => {
    if (fields.length > 0) entries.push({ fields, shortened });
    fields = [];
    shortened = false;
  };

  /** A line without its line feed, or the beginning of one that is longer than anything that is kept. */
  const takeLine = (line: Buffer, whole: boolean): State => {
    const at = line.indexOf(equals);
    if (at > longestName) return { in: 'broken' };
    if (at >= 0) {
      const name = line.toString('latin1', 0, at);
      const value = line.subarray(at + 1, at + 1 + roomFor(name));
      // The carry would be kept alive by a view of it.
      add(name, Buffer.from(value), whole ? line.length - at - 1 : Infinity);
      return whole ? { in: 'line' } : { in: 'restOfLine' };
    }
    if (!whole || line.length > longestName) return { in: 'broken' };
    if (line.length === 0) endEntry();
    return line.length === 0 ? { in: 'line' } : { in: 'length', name: line.toString('latin1') };
  };

  const stepLine = (bytes: Buffer, from: number): number | undefined => {
    const end = bytes.indexOf(lf, from);
    if (end >= 0) {
      state = takeLine(bytes.subarray(from, end), true);
      return end + 1;
    }
    if (bytes.length - from <= Math.max(limits.message, limits.value) + longestName) return undefined;
    state = takeLine(bytes.subarray(from), false);
    return bytes.length;
  };

  const stepLength = (bytes: Buffer, from: number, name: string): number | undefined => {
    if (bytes.length - from < lengthBytes) return undefined;
    const length = bytes.readBigUInt64LE(from);
    const tooLong = length > BigInt(Number.MAX_SAFE_INTEGER);
    state = tooLong
      ? { in: 'broken' }
      : { in: 'value', name, left: Number(length), kept: [], room: roomFor(name) };
    if (state.in === 'value' && state.left > state.room) shortened = true;
    return from + lengthBytes;
  };

  const stepValue = (
    bytes: Buffer,
    from: number,
    value: Extract<State, { in: 'value' }>,
  ): number | undefined => {
    const taken = Math.min(value.left, bytes.length - from);
    const kept = Math.min(taken, value.room);
    if (kept > 0) value.kept.push(Buffer.from(bytes.subarray(from, from + kept)));
    value.room -= kept;
    value.left -= taken;
    const after = from + taken;
    if (value.left > 0) return after > from ? after : undefined;
    if (after === bytes.length) return taken > 0 ? after : undefined;
    const whole = Buffer.concat(value.kept);
    add(value.name, whole, whole.length);
    state = bytes[after] === lf ? { in: 'line' } : { in: 'broken' };
    return after + 1;
  };

  const stepRest = (bytes: Buffer, from: number): number => {
    const end = bytes.indexOf(lf, from);
    if (end >= 0) state = { in: 'line' };
    return end < 0 ? bytes.length : end + 1;
  };

  /** The offset up to which something was understood; undefined: more bytes are needed. */
  const step = (bytes: Buffer, from: number): number | undefined => {
    switch (state.in) {
      case 'line':
        return stepLine(bytes, from);
      case 'restOfLine':
        return stepRest(bytes, from);
      case 'length':
        return stepLength(bytes, from, state.name);
      case 'value':
        return stepValue(bytes, from, state);
      case 'broken':
        return undefined;
    }
  };

  return {
    read(block) {
      const bytes = carry.length === 0 ? block : Buffer.concat([carry, block]);
      let at = 0;
      while (at < bytes.length) {
        const next = step(bytes, at);
        if (next === undefined) break;
        at = next;
      }
      if (state.in === 'broken') return undefined;
      carry = Buffer.from(bytes.subarray(at));
      const found = entries;
      entries = [];
      return found;
    },
  };
}
