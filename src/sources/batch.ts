import type { Chunk, RecordFacts } from '../model/chunk.ts';

/** Records gathered for one chunk. */
export interface Batch {
  add(record: Uint8Array, facts: RecordFacts): void;
  readonly bytes: number;
  readonly count: number;
  /** All of it; the batch is empty then. */
  take(): Pick<Chunk, 'bytes' | 'records' | 'facts'>;
}

export function createBatch(): Batch {
  let records: Uint8Array[] = [];
  let facts: RecordFacts[] = [];
  let bytes = 0;
  return {
    add(record, known) {
      records.push(record);
      facts.push(known);
      bytes += record.length;
    },
    get bytes() {
      return bytes;
    },
    get count() {
      return records.length;
    },
    take() {
      const offsets = new Uint32Array(records.length * 2);
      let at = 0;
      records.forEach((record, index) => {
        offsets[index * 2] = at;
        at += record.length;
        offsets[index * 2 + 1] = at;
      });
      const taken = { bytes: Buffer.concat(records), records: { kind: 'table', offsets } as const, facts };
      records = [];
      facts = [];
      bytes = 0;
      return taken;
    },
  };
}
