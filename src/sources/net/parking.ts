import type { Station } from './station.ts';

/**
 * Sockets of sources that were closed a moment ago. A reload closes sources and opens them again: what comes in
 * between is neither refused nor lost. They keep no process alive, and are closed if nobody takes them.
 */
const parked = new Map<string, Parked>();

interface Parked {
  readonly station: Station;
  readonly options: string;
  readonly timer: NodeJS.Timeout;
}

const parkingMs = 10_000;

export interface ParkingPlace {
  /** The one that waits here if it has these options, else what `create` gives. */
  take(create: () => Station): Promise<Station>;
  park(station: Station): void;
}

/** `whose`: a source's name and kind. */
export function parkedStation(whose: string, options: string): ParkingPlace {
  return {
    async take(create) {
      const found = parked.get(whose);
      if (found === undefined) return create();
      parked.delete(whose);
      clearTimeout(found.timer);
      if (found.options !== options) {
        await found.station.close();
        return create();
      }
      found.station.hold(true);
      // Certificates may be the reason for the reload; those that cannot be read leave the old ones.
      await found.station.renew().catch(() => undefined);
      return found.station;
    },
    park(station) {
      station.onArrival = () => undefined;
      station.hold(false);
      const timer = setTimeout(() => {
        parked.delete(whose);
        void station.close();
      }, parkingMs);
      timer.unref();
      parked.set(whose, { station, options, timer });
    },
  };
}
