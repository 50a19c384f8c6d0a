import type { RecordFacts } from '../../model/chunk.ts';
import { createBatch, type Batch } from '../batch.ts';

/** Records that came and wait to be worked off, with a limit. */
export interface Inbox {
  /** False: there is no room, and the record was not taken; unless its sender `waits` from now on. */
  add(record: Uint8Array, facts: RecordFacts, waits: boolean): boolean;
  /** Whether senders that can wait should. */
  readonly isFull: boolean;
  readonly bytes: number;
  /** The oldest records, of `most` bytes together unless the first is longer; undefined when there are none. */
  take(most: number): ReturnType<Batch['take']> | undefined;
}

/** Bytes that a record takes beside its text, about. */
const overhead = 200;

/** `limit`: bytes, from half of which on senders should wait; `changed`: something came, or went. */
export function createInbox(limit: number, changed: () => void): Inbox {
  let waiting: { readonly record: Uint8Array; readonly facts: RecordFacts }[] = [];
  let next = 0;
  let bytes = 0;
  const sizeOf = (record: Uint8Array): number => record.length + overhead;

  return {
    add(record, facts, waits) {
      if (!waits && bytes > 0 && bytes + sizeOf(record) > limit) return false;
      waiting.push({ record, facts });
      bytes += sizeOf(record);
      changed();
      return true;
    },
    get isFull() {
      return bytes > limit / 2;
    },
    get bytes() {
      return bytes;
    },
    take(most) {
      const batch = createBatch();
      for (let item = waiting[next]; item !== undefined; item = waiting[next]) {
        if (batch.count > 0 && batch.bytes + item.record.length > most) break;
        batch.add(item.record, item.facts);
        bytes -= sizeOf(item.record);
        next += 1;
      }
      if (next > waiting.length / 2) {
        waiting = waiting.slice(next);
        next = 0;
      }
      if (batch.count === 0) return undefined;
      changed();
      return batch.take();
    },
  };
}
