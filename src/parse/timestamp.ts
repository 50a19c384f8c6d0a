import { Temporal } from 'temporal-polyfill';
import { instant, type Instant } from '../model/time.ts';

/** A reading of a wall clock, as milliseconds since the epoch if the wall stood at UTC. */
export type WallTime = number;

const HOUR = 3_600_000;
const PLAUSIBLE_AHEAD = 300_000;
const MAX_CACHED_HOURS = 4096;

/** Whether `name` is a zone of the IANA database (or `UTC`, or an offset such as `+01:00`). */
export function isZone(name: string): boolean {
  // Most servers stand at it; whatever else is asked of Temporal first takes some 30 ms.
  if (name === 'UTC') return true;
  try {
    Temporal.PlainDateTime.from('2000-01-01T00:00').toZonedDateTime(name);
    return true;
  } catch {
    return false;
  }
}

/** How far the zone's clocks are ahead of UTC at `at`, in milliseconds. */
export function zoneOffset(at: Instant, zone: string): number {
  if (zone === 'UTC') return 0;
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

/**
 * When a wall clock in `zone` showed `wall`. In the hour that clocks skip in spring the clock is read as
 * if it had not been put forward yet; in the hour that comes twice in autumn the second one is meant if
 * it lies at most an hour before `reference` (lines that arrive now), else the first.
 */
export function instantInZone(wall: WallTime, zone: string, reference: Instant): Instant {
  if (zone === 'UTC') return instant(wall);
  const hour = Math.floor(wall / HOUR);
  const cache = cacheOf(zone);
  let offset = cache.get(hour);
  if (offset === undefined) {
    offset = offsetOfHour(hour * HOUR, zone);
    if (cache.size >= MAX_CACHED_HOURS) cache.clear();
    cache.set(hour, offset);
  }
  return instant(Number.isNaN(offset) ? resolve(wall, zone, reference) : wall - offset);
}

// Temporal takes 15 µs for one stamp, which is ten times the rest of a line.
const caches = new Map<string, Map<number, number>>();

function cacheOf(zone: string): Map<number, number> {
  let cache = caches.get(zone);
  if (cache === undefined) {
    if (caches.size >= 64) caches.clear();
    cache = new Map();
    caches.set(zone, cache);
  }
  return cache;
}

/** The offset that holds all through an hour of the wall clock, or NaN if none does. */
function offsetOfHour(wall: WallTime, zone: string): number {
  const [first, second] = readings(wall, zone);
  const [third, fourth] = readings(wall + HOUR - 1, zone);
  const offset = wall - first;
  const steady = first === second && third === fourth && wall + HOUR - 1 - third === offset;
  return steady ? offset : Number.NaN;
}

function resolve(wall: WallTime, zone: string, reference: Instant): number {
  const [earlier, later] = readings(wall, zone);
  if (earlier === later) return earlier;
  const skipped = earlier + zoneOffset(instant(earlier), zone) !== wall;
  if (skipped) return later;
  const recent = later <= reference + PLAUSIBLE_AHEAD && reference - later < HOUR;
  return recent ? later : earlier;
}

/** The two instants a wall time can mean; the same twice when it is not ambiguous. */
function readings(wall: WallTime, zone: string): readonly [number, number] {
  const plain = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime();
  const read = (disambiguation: 'earlier' | 'later') =>
    plain.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  return [read('earlier'), read('later')];
}
