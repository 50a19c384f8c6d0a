import type { SwatchThreshold } from './program.ts';

/** Of one key: the second in which its window began, and the events counted in it. */
export interface ThresholdState {
  first: number;
  events: number;
}

/** The state before the first event, which `passes` has yet to count. */
export const freshThreshold = (now: number): ThresholdState => ({ first: now, events: 0 });

/**
 * Counts an event at the second `now` and says whether it passes, as Swatchdog::Threshold of 3.2.4 does. A
 * window of `limit` that did not come to its count goes on until it does, however long ago it began.
 */
export function passesThreshold(state: ThresholdState, rule: SwatchThreshold, now: number): boolean {
  const { type, count, seconds } = rule;
  const isNew = state.events === 0 && state.first === now;
  const within = isNew || state.first + seconds > now;
  if (type === 'limit') return passesLimit(state, count, within, now);
  state.events += 1;
  if (!within) {
    state.first = now;
    state.events = 1;
  }
  if (state.events !== count) return false;
  if (type === 'threshold') state.events = 0;
  return true;
}

function passesLimit(state: ThresholdState, count: number, within: boolean, now: number): boolean {
  if (state.events < count) {
    state.events += 1;
    return true;
  }
  if (within) return false;
  state.first = now;
  state.events = 1;
  return true;
}
