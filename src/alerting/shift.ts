import { earliest, instant, type Instant } from '../model/time.ts';

/** What becomes of times when the clock is set back. */
export interface Shift {
  /** Of one that something happened at. */
  past<At extends Instant | undefined>(at: At): At | Instant;
  /** Of one that something waits for, at most `longest` milliseconds. */
  future(at: Instant, longest: number): Instant;
}

/** From a clock that showed `before` to one that shows `now`. */
export const shiftOf = (now: Instant, before: Instant): Shift => ({
  past: (at) => (at === undefined ? at : (earliest(now, at) ?? at)),
  future: (at, longest) => (at <= now ? at : instant(now + Math.min(longest, Math.max(0, at - before)))),
});
