import { instant, latest, type Instant } from '../model/time.ts';

/** How the machines' clock runs: with the wall, or with the newest event time (`watch --once`). */
export type ClockMode = 'live' | 'history';

/** What the clock reads: the wall (ms since the epoch), and a clock that nobody sets (ms). */
export interface ClockReadings {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/** The one clock of law 1, and its brake of law 11. It never goes back. */
export interface Clock {
  /** The wall clock. When it is set back, it goes on at half its pace until the wall has caught up. */
  wall(): Instant;
  /** The engine's `now`: the wall, or the event time reached while some source is behind. */
  engine(): Instant;
  /** Alerting's `now`: the wall; in history the engine's, so that the same file gives the same alerts. */
  alerting(): Instant;
  /** `source` was opened: until it says how far it is, it counts as being where the ledger ended. */
  opened(source: string): void;
  /**
   * An event of `source` is taken. `wasThere`: it was written before it was looked at, so the source is
   * behind and holds the clock back to what it has reached.
   */
  reached(source: string, at: Instant, wasThere: boolean): void;
  /** A source is read to its end, cannot be read, or is gone: it holds nothing back any more. */
  released(source: string): void;
  /** Sources that hold the clock back. */
  holding(): readonly string[];
  /** The event time that a source has reached which holds the clock back. */
  reachedBy(source: string): Instant | undefined;
}

/** A clock that starts no earlier than `from`, the engine's time at the last commit (0: there was none). */
export function createClock(mode: ClockMode, read: ClockReadings, from: Instant): Clock {
  const wall = createSlewed(read, instant(read.wall()));
  // A ledger may have been written under a wall that was ahead of this one.
  const engineWall = createSlewed(read, latest(from, instant(read.wall())));
  let lastEngine = from;
  const reachedBy = new Map<string, Instant>();
  let newest: Instant | undefined;

  const engineTime = (): Instant => {
    if (mode === 'history') return newest ?? lastEngine;
    return reachedBy.size === 0 ? engineWall() : instant(Math.min(...reachedBy.values()));
  };
  const engine = (): Instant => (lastEngine = latest(lastEngine, engineTime()));

  return {
    wall,
    engine,
    alerting: () => (mode === 'history' ? engine() : wall()),
    opened(source) {
      // Who has seen no time yet has no timers to keep from firing.
      if (lastEngine > 0) reachedBy.set(source, lastEngine);
    },
    reached(source, at, wasThere) {
      newest = latest(newest ?? at, at);
      if (wasThere) reachedBy.set(source, latest(reachedBy.get(source) ?? at, at));
    },
    released: (source) => void reachedBy.delete(source),
    holding: () => [...reachedBy.keys()],
    reachedBy: (source) => reachedBy.get(source),
  };
}

/** The wall, from `start` on: while it is behind that, time goes at half its pace until it has caught up. */
function createSlewed(read: ClockReadings, start: Instant): () => Instant {
  // With fractions: asked each millisecond it would stand.
  let last: number = start;
  let lastMonotonic = read.monotonic();
  return () => {
    const monotonic = read.monotonic();
    last = Math.max(last + Math.max(0, monotonic - lastMonotonic) / 2, read.wall());
    lastMonotonic = monotonic;
    return instant(Math.floor(last));
  };
}
