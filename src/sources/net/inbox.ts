import type { RecordFacts } from '../../model/chunk.ts';
import { createBatch, type Batch } from '../batch.ts';

/** A record on its way in. */
export interface Arriving {
  readonly record: Uint8Array;
  readonly facts: RecordFacts;
  /** Bytes it takes, where that is more than the record. */
  readonly weight?: number;
}

/** Records that came and wait to be worked off, with a limit. */
export interface Inbox {
  /** False: there is no room, and the record was not taken; unless its sender `waits` from now on. */
  add(arrival: Arriving, waits: boolean): boolean;
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
  let waiting: Arriving[] = [];
  let next = 0;
  let bytes = 0;
  const sizeOf = ({ record, weight = 0 }: Arriving): number => Math.max(record.length, weight) + overhead;

  return {
    add(arrival, waits) {
      if (!waits && bytes > 0 && bytes + sizeOf(arrival) > limit) return false;
      waiting.push(arrival);
      bytes += sizeOf(arrival);
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
        bytes -= sizeOf(item);
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
