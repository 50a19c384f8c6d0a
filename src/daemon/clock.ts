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
   * A line of `stream` was written at `at`. `wasThere`: before it was looked at, so the stream is behind and holds
   * the clock back to what it has reached, as long as its source is open.
   */
  reached(source: string, stream: string, at: Instant, wasThere: boolean): void;
  /**
   * A stream is read to its end, cannot be read, or is gone: it holds nothing back any more. Without `stream`: all
   * of the source's are.
   */
  released(source: string, stream?: string): void;
  /** A source is open no longer: what is still on its way of it holds nothing back either. */
  closed(source: string): void;
  /** Whether there is a time at all: at the first start of all there is none before a line or an end is seen. */
  isKnown(): boolean;
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
  const sources = new Map<string, Progress>();
  let newest: Instant | undefined;

  const holders = (): readonly Progress[] => [...sources.values()].filter(holds);
  /** Who has said nothing yet is where the ledger ended. */
  const timeOf = ({ isMute, streams }: Progress): Instant =>
    isMute ? lastEngine : instant(Math.min(...streams.values()));
  const isKnown = (): boolean =>
    lastEngine > 0 || newest !== undefined || (mode === 'live' && holders().length === 0);
  const engineTime = (): Instant => {
    if (mode === 'history') return newest ?? lastEngine;
    if (!isKnown()) return lastEngine;
    const held = holders().filter(({ isMute }) => !isMute || lastEngine > 0);
    return held.length === 0 ? engineWall() : instant(Math.min(...held.map(timeOf)));
  };
  const engine = (): Instant => (lastEngine = latest(lastEngine, engineTime()));

  return {
    wall,
    engine,
    alerting: () => (mode === 'history' ? engine() : wall()),
    opened: (source) => void sources.set(source, { isMute: true, streams: new Map() }),
    reached(source, stream, at, wasThere) {
      newest = latest(newest ?? at, at);
      const progress = sources.get(source);
      if (!wasThere || progress === undefined) return;
      progress.isMute = false;
      progress.streams.set(stream, latest(progress.streams.get(stream) ?? at, at));
    },
    released(source, stream) {
      const progress = sources.get(source);
      if (progress === undefined) return;
      if (stream !== undefined) return void progress.streams.delete(stream);
      progress.isMute = false;
      progress.streams.clear();
    },
    closed: (source) => void sources.delete(source),
    isKnown,
    holding: () => [...sources].flatMap(([name, progress]) => (holds(progress) ? [name] : [])),
    reachedBy(source) {
      const progress = sources.get(source);
      return progress !== undefined && holds(progress) && isKnown() ? timeOf(progress) : undefined;
    },
  };
}

/** How far an open source is. */
interface Progress {
  /** It was opened, and has not said yet how far it is. */
  isMute: boolean;
  /** By stream that is behind, the time that it has reached. */
  readonly streams: Map<string, Instant>;
}

const holds = ({ isMute, streams }: Progress): boolean => isMute || streams.size > 0;

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
