import { type Millis, millis } from '../model/time.ts';
import type { Delivery, FailureReason } from '../model/delivery.ts';
import { failureOf } from './http-failure.ts';

/** How long an attempt may take as a whole, and what ends it before. */
export interface AttemptLimits {
  readonly timeoutMs: Millis;
  readonly signal: AbortSignal;
}

/** What an attempt tells while it goes on. */
export interface Course {
  /**
   * The message may leave from now on: not to hear of it any more means that it may have arrived. Throws
   * when the attempt is over already, so that nothing leaves after its answer.
   */
  readonly leaves: () => void;
  /** What gives back what the attempt took; done however it ends, at once if it is over already. */
  readonly atEnd: (giveBack: () => void) => void;
}

/**
 * One attempt over a protocol of its own, under limits: `unknown` where it was cut off or broke after the
 * message may have left, else `retry`. Never rejects; what `work` does after the end counts for nothing.
 */
export function runAttempt(
  { timeoutMs, signal }: AttemptLimits,
  work: (course: Course) => Promise<Delivery>,
): Promise<Delivery> {
  return new Promise((resolve) => {
    const state = { over: false, left: false };
    const debts: (() => void)[] = [];
    const end = (delivery: Delivery): void => {
      if (state.over) return;
      state.over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      for (const giveBack of debts.splice(0)) giveBack();
      resolve(delivery);
    };
    const cut = (detail: string): void =>
      end(
        state.left
          ? { type: 'unknown', detail: `${detail}, after the message was sent` }
          : { type: 'retry', reason: 'timeout', detail },
      );
    const stop = (): void => cut('stopped');
    const timer = setTimeout(() => cut(`no answer within ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) return stop();
    const course: Course = {
      leaves: () => {
        if (state.over) throw new Error('the attempt is over');
        state.left = true;
      },
      atEnd: (giveBack) => void (state.over ? giveBack() : debts.push(giveBack)),
    };
    work(course).then(end, (error: unknown) => end(broken(error, state.left)));
  });
}

/** What a connection that broke means. */
function broken(error: unknown, left: boolean): Delivery {
  const { detail } = failureOf(error, left);
  return left ? { type: 'unknown', detail } : { type: 'retry', reason: 'unavailable', detail };
}

/** Nothing was done; it may be possible later. */
export const tryAgain = (reason: FailureReason, detail: string): Delivery => ({
  type: 'retry',
  reason,
  detail,
});

/** Nothing was done, and a human must change something first: tried again as often as channels that lack a right. */
export const notAuthorised = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});
