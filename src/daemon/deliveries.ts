import { setMaxListeners } from 'node:events';
import type { Attempt } from '../channels/contract.ts';
import type { Delivery, Message, NotTried, Outcome } from '../model/delivery.ts';
import type { Reach } from './crash-points.ts';
import type { PlannedAttempt } from './round.ts';

/** How an attempt ended. */
export interface Settlement {
  readonly notification: string;
  readonly part: number;
  readonly parts: number;
  readonly delivery: Outcome;
}

/** Makes one attempt on a channel. Never rejects. */
export type SendBy = (channel: string, attempt: Attempt) => Promise<Delivery>;

/** What of an attempt was decided before. */
type Planned = Pick<PlannedAttempt, 'notification' | 'mayHaveArrived' | 'earlier' | 'progress'>;

/** Carries attempts out: the only place from which messages leave. */
export interface Deliveries {
  carryOut(planned: Planned, message: Message): void;
  /** Attempts under way. */
  underWay(): number;
  /** Begins no more, waits for what is under way, at most `graceMs`, then cuts it off. */
  finish(graceMs: number): Promise<void>;
}

const stopping: NotTried = { type: 'notTried', detail: 'the program is being stopped' };

/** Attempts by `sendBy`; each ends in exactly one call of `settle`. */
export function createDeliveries(
  sendBy: SendBy,
  settle: (settlement: Settlement) => void,
  reach: Reach,
): Deliveries {
  const abort = new AbortController();
  // Every attempt under way listens to it.
  setMaxListeners(0, abort.signal);
  const running = new Set<Promise<void>>();
  let ending = false;

  const attempt = async ({ notification, ...known }: Planned, message: Message) => {
    const { channel, part } = notification;
    const { mayHaveArrived, earlier, progress } = known;
    const { signal } = abort;
    const delivery: Outcome = ending
      ? stopping
      : await sendBy(channel, {
          message,
          part,
          attempt: notification.attempt,
          mayHaveArrived,
          ...(earlier === undefined ? {} : { earlier }),
          ...(progress === undefined ? {} : { progress }),
          signal,
        });
    reach('after-attempt');
    settle({ notification: notification.id, part, parts: message.parts.length, delivery });
  };

  return {
    carryOut(planned, message) {
      reach('before-attempt');
      const run = attempt(planned, message).finally(() => running.delete(run));
      running.add(run);
      reach('during-attempt');
    },
    underWay: () => running.size,
    async finish(graceMs) {
      ending = true;
      const timer = setTimeout(() => abort.abort(), graceMs);
      while (running.size > 0) await Promise.allSettled(running);
      clearTimeout(timer);
    },
  };
}
