import { instant, latest, type Instant } from '../model/time.ts';

/** How the machines' clock runs: with the wall, or with the newest event time (`watch --once`). */
export type ClockMode = 'live' | 'history';

/** The one clock of law 1, and its brake of law 11. It never goes back. */
export interface Clock {
  /** The wall clock, made monotonic. */
  wall(): Instant;
  /** The engine's `now`: the wall, or the event time reached while some source is behind. */
  engine(): Instant;
  /** Alerting's `now`: the wall; in history the engine's, so that the same file gives the same alerts. */
  alerting(): Instant;
  /**
   * An event of `source` is taken. `wasThere`: it was written before it was looked at, so the source is
   * behind and holds the clock back to what it has reached.
   */
  reached(source: string, at: Instant, wasThere: boolean): void;
  /** A source is read to its end. */
  caughtUp(source: string): void;
  /** Sources that hold the clock back. */
  holding(): readonly string[];
}

/** A clock that starts no earlier than `from`, the newest time that was ever committed. */
export function createClock(mode: ClockMode, readWall: () => number, from: Instant): Clock {
  let lastWall = instant(0);
  let lastEngine = from;
  const reachedBy = new Map<string, Instant>();
  let newest: Instant | undefined;

  const wall = (): Instant => (lastWall = latest(lastWall, instant(readWall())));

  const engineTime = (): Instant => {
    if (mode === 'history') return newest ?? lastEngine;
    return reachedBy.size === 0 ? wall() : instant(Math.min(...reachedBy.values()));
  };
  const engine = (): Instant => (lastEngine = latest(lastEngine, engineTime()));

  return {
    wall,
    engine,
    alerting: () => (mode === 'history' ? engine() : wall()),
    reached(source, at, wasThere) {
      newest = latest(newest ?? at, at);
      if (wasThere) reachedBy.set(source, latest(reachedBy.get(source) ?? at, at));
    },
    caughtUp: (source) => void reachedBy.delete(source),
    holding: () => [...reachedBy.keys()],
  };
}
