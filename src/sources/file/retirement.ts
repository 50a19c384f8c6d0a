import type { Reading } from './lineage.ts';

/** An unlinked file is kept open so long after it last grew (ms). */
const unlinkedGrace = 3000;

/** A rotated file that is not the newest one is kept so long after it last grew (ms). */
const linkedGrace = 10_000;

/** When a file that was read to its end and is not at the path any more is given up. */
export function createRetirement(setting: { readonly follow: boolean; readonly literal: boolean }): {
  isDue(
    reading: Reading,
    lineage: { readonly readings: readonly Reading[]; readonly current: Reading | undefined },
    now: number,
  ): boolean;
} {
  return {
    isDue(reading, { readings, current }, now) {
      if (!setting.follow) return true;
      if (reading === current) return false;
      if (reading.settled) return true;
      const quiet = now - reading.grownAt;
      if (reading.generation.facts.links === 0) return quiet >= unlinkedGrace;
      // A writer may go on in the renamed file until it is told to reopen, which can take until the next
      // rotation: the newest one is kept while it has a name.
      const newest = readings.findLast((other) => other !== current) === reading;
      return quiet >= linkedGrace && !(newest && (setting.literal || current !== undefined));
    },
  };
}
