import type { SwatchThrottle } from './program.ts';

/** Of one key: the second of its last report, and the events since then. */
export interface ThrottleState {
  last: number;
  events: number;
}

/** The state before the first event. */
export const freshThrottle = (now: number): ThrottleState => ({ last: now, events: -1 });

/**
 * Counts an event at the second `now`. The answer is what the message gets appended, or undefined: it does not
 * pass. The hold counts from the last report and must be over, not just reached (Swatchdog::Throttle of 3.2.4).
 */
export function passThrottle(state: ThrottleState, rule: SwatchThrottle, now: number): string | undefined {
  if (state.events < 0) {
    state.events = 1;
    return '';
  }
  state.events += 1;
  const { events } = state;
  if (rule.every === events) {
    state.events = 0;
    return ` (threshold ${String(events)} exceeded)`;
  }
  if (rule.hold === undefined || now <= state.last + rule.hold) return undefined;
  state.last = now;
  state.events = 0;
  return ` (seen ${String(events)} times)`;
}

/** The time that syslog writes before a line. */
const STAMP = /^[A-Za-z0-9_]{3}[\t-\r ]+\d{1,2}[\t-\r ]+\d{2}:\d{2}:\d{2}[\t-\r ]+/;

/** A line without its time, so that the same event at another time has the same key. */
export const withoutStamp = (line: string): string => line.replace(STAMP, '');
