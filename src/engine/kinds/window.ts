import type { Json } from '../../model/json.ts';

/**
 * Events of one key by their own time, for windows of `within`. The newest `keep` are held one by one;
 * older ones only in steps of a 64th of the span, so a flood costs bounded memory. A count is exact up
 * to `keep`, and beyond it never too high.
 */
export interface Window {
  /** Ascending event times, and (where values are told apart) the value of each. */
  times: number[];
  values: string[] | undefined;
  /** What is older than `times`: the first time of each step, and how many fell into it. */
  steps: Step[];
  /** The newest time of each value of the window that ends with the newest event, oldest first. */
  readonly newestOf: Map<string, number> | undefined;
}

type Step = [first: number, events: number];

export interface WindowShape {
  readonly within: number;
  readonly late: number;
  readonly keep: number;
  readonly distinct: boolean;
}

/** The fullest window that holds a certain event. */
export interface Found {
  readonly events: number;
  /** How many different values, if they are told apart; and which, in the order of their first event. */
  readonly different: number;
  readonly values: () => readonly string[];
  readonly first: number;
  readonly last: number;
}

/** Shared by all windows that need none, and never written to. */
const noSteps: Step[] = [];

/** A window without events; only where values are told apart it has room for them. */
export const emptyWindow = (distinct: boolean): Window => ({
  times: [],
  values: distinct ? [] : undefined,
  steps: noSteps,
  newestOf: distinct ? new Map() : undefined,
});

/** Whether an event comes too late to be put in its place. */
export const isLate = ({ times }: Window, at: number, { late }: Pick<WindowShape, 'late'>): boolean =>
  at < (times[times.length - 1] ?? at) - late;

/** A window as state keeps it. */
export function writeWindow({ times, steps, values, newestOf }: Window): Json {
  const held = times.slice();
  const older = steps.length === 0 ? [] : steps.map(([first, events]) => [first, events]);
  return values === undefined || newestOf === undefined
    ? [held, older]
    : [held, older, values.slice(), [...newestOf]];
}

export function readWindow(value: Json): Window {
  const [times, steps, values, newestOf] = value as WrittenWindow;
  return {
    times: [...times],
    steps: steps.length === 0 ? noSteps : steps.map(([first, events]) => [first, events]),
    values: values === undefined ? undefined : [...values],
    newestOf: newestOf === undefined ? undefined : new Map(newestOf),
  };
}

type WrittenWindow = readonly [
  times: readonly number[],
  steps: readonly (readonly [first: number, events: number])[],
  values?: readonly string[],
  newestOf?: readonly (readonly [string, number])[],
];

/** Puts an event at its place and gives the fullest window it belongs to. */
export function addEvent(window: Window, at: number, value: string, shape: WindowShape): Found {
  const index = insert(window, at, value);
  noteValue(window, at, value, shape);
  expire(window, shape);
  // Expiry takes from the front only, and never the event itself: it is no later than `late` allows.
  const place = lastIndexAtMost(window.times, at, index);
  const found = shape.distinct ? mostValues(window, place, shape) : mostEvents(window, place, shape);
  spill(window, shape);
  return found;
}

function insert(window: Window, at: number, value: string): number {
  const { times, values } = window;
  if (at >= (times[times.length - 1] ?? at)) {
    values?.push(value);
    if (times.length > 0) return times.push(at) - 1;
    window.times = begun(at);
    return 0;
  }
  const index = firstIndexAtLeast(times, at + 1);
  times.splice(index, 0, at);
  values?.splice(index, 0, value);
  return index;
}

/** An array with room for four: the first push onto one without makes room for 17, and a million have few events. */
function begun(at: number): number[] {
  const times = [at, 0, 0, 0];
  times.length = 1;
  return times;
}

function noteValue(window: Window, at: number, value: string, { within, keep }: WindowShape): void {
  const { newestOf, times } = window;
  if (newestOf === undefined) return;
  const newest = times.at(-1) ?? at;
  if (at >= newest - within && at >= (newestOf.get(value) ?? at)) {
    newestOf.delete(value);
    const later = at < newest ? [...newestOf].filter(([, time]) => time > at) : [];
    newestOf.set(value, at);
    for (const [other, time] of later) {
      newestOf.delete(other);
      newestOf.set(other, time);
    }
  }
  for (const [old, time] of newestOf) {
    if (time >= newest - within && newestOf.size <= keep) break;
    newestOf.delete(old);
  }
}

function expire(window: Window, { within, late }: WindowShape): void {
  const { times, values, steps } = window;
  const horizon = (times[times.length - 1] ?? 0) - within - late;
  let gone = 0;
  while ((times[gone] ?? horizon) < horizon) gone += 1;
  if (gone === 1) {
    times.shift();
    values?.shift();
  } else if (gone > 1) {
    times.splice(0, gone);
    values?.splice(0, gone);
  }
  if ((steps[0]?.[0] ?? horizon) < horizon) window.steps = steps.filter(([first]) => first >= horizon);
}

/** Moves what is too much to hold one by one into steps. */
function spill(window: Window, { keep, within, late }: WindowShape): void {
  if (window.times.length <= keep) return;
  const width = Math.max(1, (within + late) / 64);
  if (window.steps === noSteps) window.steps = [];
  while (window.times.length > keep) {
    const time = window.times.shift() ?? 0;
    window.values?.shift();
    addToStep(window.steps, time, width);
  }
}

function addToStep(steps: Step[], time: number, width: number): void {
  let at = steps.length - 1;
  while (at >= 0 && (steps[at] as Step)[0] > time) at -= 1;
  const step = steps[at];
  if (step === undefined || time - step[0] >= width) steps.splice(at + 1, 0, [time, 1]);
  else step[1] += 1;
}

/** The fullest window over the event at `place`; of equally full ones the earliest. */
function mostEvents(window: Window, place: number, { within }: WindowShape): Found {
  const { times } = window;
  const at = times[place] ?? 0;
  const low = firstIndexAtLeast(times, at - within);
  const high = firstIndexAtLeast(times, at + within + 1) - 1;
  const older = low === 0 ? oldest(window, at - within) : undefined;
  const end = times[high] ?? at;
  const first = (older === undefined ? times[low] : older.steps[older.from]?.[0]) ?? at;
  // One window holds all that any over the event can hold, as where events come in order.
  if (first >= end - within) {
    const events = high - low + 1 + (older?.events ?? 0);
    return { events, different: 0, values: noValues, first, last: end };
  }
  return slideEvents(times, place, { low, high, older }, within);
}

/** Slides a window over the event at `place`, from the one that ends with it to the one that ends at `high`. */
function slideEvents(
  times: readonly number[],
  place: number,
  {
    low: lowest,
    high: highest,
    older,
  }: { readonly low: number; readonly high: number; older: Older | undefined },
  within: number,
): Found {
  const at = times[place] ?? 0;
  let events = 0;
  let first = at;
  let last = at;
  let low = lowest;
  for (let high = place; high <= highest; high += 1) {
    const end = times[high] as number;
    while ((times[low] as number) < end - within) low += 1;
    if (low === 0 && older !== undefined) leaveOut(older, end - within);
    const found = high - low + 1 + (low === 0 ? (older?.events ?? 0) : 0);
    if (found <= events) continue;
    events = found;
    first = (low === 0 ? older?.steps[older.from]?.[0] : undefined) ?? times[low] ?? at;
    last = end;
  }
  return { events, different: 0, values: noValues, first, last };
}

/** What is held in steps, as far as a window that only moves on still holds it. */
interface Older {
  readonly steps: readonly Step[];
  /** The first step in the window. */
  from: number;
  events: number;
}

/** What of it a window from `since` on holds. */
function oldest({ steps }: Window, since: number): Older | undefined {
  if (steps.length === 0) return undefined;
  let from = steps.length;
  let events = 0;
  for (; from > 0 && (steps[from - 1] as Step)[0] >= since; from -= 1) events += (steps[from - 1] as Step)[1];
  return from === steps.length ? undefined : { steps, from, events };
}

function leaveOut(older: Older, before: number): void {
  for (let step = older.steps[older.from]; step !== undefined && step[0] < before;) {
    older.events -= step[1];
    older.from += 1;
    step = older.steps[older.from];
  }
}

/** As `mostEvents`, by the number of different values. */
function mostValues(window: Window, place: number, shape: WindowShape): Found {
  const { times } = window;
  const newest = times.at(-1) ?? 0;
  const at = times[place] ?? newest;
  const live = at >= newest - shape.within ? newestFound(window, shape) : undefined;
  if (place === times.length - 1 && live !== undefined) return live;
  const slid = slideValues(window, place, shape);
  return live !== undefined && live.different >= slid.different ? live : slid;
}

/** The window that ends with the newest event. */
function newestFound(window: Window, shape: WindowShape): Found {
  const { times, values = [], newestOf = new Map<string, number>() } = window;
  const found = mostEvents(window, times.length - 1, shape);
  const ordered = (): string[] => {
    const held = new Set(values.slice(firstIndexAtLeast(times, found.last - shape.within)));
    return [...[...newestOf.keys()].filter((value) => !held.has(value)), ...held];
  };
  return { ...found, different: newestOf.size, values: ordered };
}

/** Slides once over every window that holds the event at `place`, with a count for each value in it. */
function slideValues({ times, values = [] }: Window, place: number, { within }: WindowShape): Found {
  const at = times[place] ?? 0;
  const counts = new Map<string, number>();
  const enter = (value = ''): void => void counts.set(value, (counts.get(value) ?? 0) + 1);
  const leave = (value = ''): void => {
    const left = (counts.get(value) ?? 0) - 1;
    if (left > 0) counts.set(value, left);
    else counts.delete(value);
  };
  let low = firstIndexAtLeast(times, at - within);
  for (let index = low; index < place; index += 1) enter(values[index]);
  let best = { low: place, high: place, different: 0 };
  for (let high = place; high < times.length; high += 1) {
    const end = times[high] ?? at;
    if (end > at + within) break;
    enter(values[high]);
    for (; (times[low] ?? end) < end - within; low += 1) leave(values[low]);
    if (counts.size > best.different) best = { low, high, different: counts.size };
  }
  const seen = new Set(values.slice(best.low, best.high + 1));
  return {
    events: best.high - best.low + 1,
    different: best.different,
    values: () => [...seen],
    first: times[best.low] ?? at,
    last: times[best.high] ?? at,
  };
}

const noValues = (): readonly string[] => [];

/** Most are asked for what lies before the first or behind the last. */
function firstIndexAtLeast(times: readonly number[], from: number): number {
  let low = 0;
  let high = times.length;
  if (high === 0 || (times[0] as number) >= from) return 0;
  if ((times[high - 1] as number) < from) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lastIndexAtMost = (times: readonly number[], at: number, hint: number): number => {
  let index = Math.min(hint, times.length - 1);
  while (index > 0 && (times[index] ?? 0) > at) index -= 1;
  return index;
};
