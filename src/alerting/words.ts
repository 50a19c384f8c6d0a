import type { Instant } from '../model/time.ts';

/** An instant in the words of decisions: RFC 3339 in UTC. */
export const isoTime = (at: Instant): string =>
  Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : 'a time out of range';
