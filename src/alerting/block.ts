import type { FailureReason } from '../model/delivery.ts';
import { after, instant, millis, type Instant, type Millis } from '../model/time.ts';
import { backoff } from './backoff.ts';

/**
 * A channel that does not work as a whole. Until `until` nothing is tried; then one attempt at a time
 * until one shows that the channel works again.
 */
export interface Block {
  readonly reason: FailureReason;
  readonly since: Instant;
  readonly until: Instant;
  /** Failures in a row; those of attempts released before the newest counted one are one failure. */
  readonly failures: number;
  readonly failedAt: Instant;
  /** So much of the time since was no time of trying; absent: none. */
  readonly slept?: Millis;
}

/** From when on what waits for it counts as tried in vain. */
export const inVainSince = ({ since, slept = millis(0) }: Block): Instant => after(since, slept);

/** How often a channel is probed that only a human can repair. */
const PROBE_EVERY = 300_000;
/** A service that asks for more patience than this is asked again all the same. */
export const LONGEST_WAIT = 86_400_000;

/** No pause reaches further ahead than this: a day, and some disorder of clocks. */
export const LONGEST_BLOCK = LONGEST_WAIT + 300_000;

/** Reasons that say something about the channel rather than about one message. */
export const concernsChannel = (reason: FailureReason): boolean =>
  reason !== 'rejected' && reason !== 'tooLong' && reason !== 'recipient';

/** Reasons that only a human can remove: the next channel of a chain is tried at once. */
export const needsHuman = (reason: FailureReason): boolean => reason === 'auth' || reason === 'outOfCredit';

/** The block after one more failure. */
export function blockAfter(
  old: Block | undefined,
  failure: {
    readonly channel: string;
    readonly reason: FailureReason;
    readonly afterMs: number | undefined;
    readonly releasedAt: Instant;
    readonly now: Instant;
  },
): Block {
  const { channel, reason, afterMs, releasedAt, now } = failure;
  const counts = old === undefined || releasedAt >= old.failedAt;
  const failures = (old?.failures ?? 0) + Number(counts);
  const own = needsHuman(reason) && afterMs === undefined ? PROBE_EVERY : backoff(failures, channel);
  const wait = Math.min(LONGEST_WAIT, Math.max(own, afterMs ?? 0));
  return {
    reason,
    since: old?.since ?? now,
    until: instant(Math.max(old?.until ?? now, now + wait)),
    failures,
    failedAt: counts ? now : old.failedAt,
    ...(old?.slept === undefined ? {} : { slept: old.slept }),
  };
}

/** Whether an attempt that got through ends the block: under a rate limit only one made after it. */
export const endsBlock = (block: Block, releasedAt: Instant): boolean =>
  block.reason !== 'rateLimited' || releasedAt >= block.until;
