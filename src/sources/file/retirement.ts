import type { FileFacts } from './identity.ts';
import type { Reading } from './reading.ts';

/** An unlinked file is kept open so long after it last grew (ms). */
const unlinkedGrace = 3000;

/** A rotated file that is not the newest one is kept so long after it last grew (ms). */
const linkedGrace = 10_000;

/** When a file that was read to its end and is not at the path any more is given up. */
export interface Retirement {
  /** Monotonic, ms; infinite: not as things are. */
  dueAt(
    reading: Reading,
    lineage: { readonly readings: readonly Reading[]; readonly current: Reading | undefined },
  ): number;
}

export function createRetirement(setting: {
  readonly follow: boolean;
  readonly literal: boolean;
  /** Whether the source finds a file by another path, by which it would be read anew when it is given up. */
  readonly isShared: (file: FileFacts) => boolean;
}): Retirement {
  return {
    dueAt(reading, { readings, current }) {
      if (!setting.follow) return Number.NEGATIVE_INFINITY;
      if (reading === current) return Number.POSITIVE_INFINITY;
      if (reading.settled) return Number.NEGATIVE_INFINITY;
      if (reading.generation.facts.links === 0) return reading.grownAt + unlinkedGrace;
      // A writer may go on in the renamed file until it is told to reopen, which can take until the next
      // rotation: the newest one is kept while it has a name.
      const newest = readings.findLast((other) => other !== current) === reading;
      const kept = newest && (setting.literal || current !== undefined);
      return kept || setting.isShared(reading.generation.facts)
        ? Number.POSITIVE_INFINITY
        : reading.grownAt + linkedGrace;
    },
  };
}
