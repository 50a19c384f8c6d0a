import type { RecordFacts } from '../../model/chunk.ts';
import type { Loss } from './losses.ts';

/** A record as it came over the network. */
export interface Arrival {
  readonly record: Buffer;
  /** What the record itself could not say; the sender's address is added to it. */
  readonly facts?: RecordFacts;
  /** Bytes it takes while it waits, where that is more than the record. */
  readonly weight?: number;
}

/** What came of some bytes: records, and what was wrong. */
export interface Arrivals {
  readonly arrived: readonly Arrival[];
  readonly losses: readonly Loss[];
}

/** Cuts what comes over one connection into records. */
export interface Framer {
  read(block: Buffer): Arrivals;
  /** What is left when the connection ends. */
  end(): Arrivals;
}

/** How records are sent. */
export interface Wire {
  /** `peer`: whose datagram it is. `at`: monotonic milliseconds. */
  datagram(bytes: Buffer, peer: string, at: number): Arrivals;
  framer(): Framer;
}

export const nothing: Arrivals = { arrived: [], losses: [] };
