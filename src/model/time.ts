import type { Brand } from '../kit/brand.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>;

/** A length of time in milliseconds. */
export type Millis = Brand<number, 'Millis'>;

/** Names a bare number of milliseconds since the epoch. */
export const instant = (epochMs: number): Instant => epochMs as Instant;

/** Names a bare number of milliseconds. */
export const millis = (ms: number): Millis => ms as Millis;

/** Names a number of seconds. */
export const seconds = (s: number): Millis => (s * 1000) as Millis;

/** The instant `length` after `at` (before it when negative). */
export const after = (at: Instant, length: Millis): Instant => (at + length) as Instant;

/** How long `to` is after `from`. */
export const between = (from: Instant, to: Instant): Millis => (to - from) as Millis;

/** The later of two instants. */
export const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** The earlier of two instants; an absent one never wins. */
export const earliest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined ? b : b === undefined || a < b ? a : b;
