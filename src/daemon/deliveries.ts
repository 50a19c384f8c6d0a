import { setMaxListeners } from 'node:events';
import type { Attempt } from '../channels/contract.ts';
import type { Notification } from '../model/alert.ts';
import type { Delivery, Message } from '../model/delivery.ts';
import type { Reach } from './crash-points.ts';

/** How an attempt ended. */
export interface Settlement {
  readonly notification: string;
  readonly part: number;
  readonly parts: number;
  readonly delivery: Delivery;
}

/** Makes one attempt on a channel. Never rejects. */
export type SendBy = (channel: string, attempt: Attempt) => Promise<Delivery>;

/** Carries attempts out: the only place from which messages leave. */
export interface Deliveries {
  carryOut(notification: Notification, message: Message, mayHaveArrived: boolean): void;
  /** Attempts under way. */
  underWay(): number;
  /** Begins no more, waits for what is under way, at most `graceMs`, then cuts it off. */
  finish(graceMs: number): Promise<void>;
}

const stopping: Delivery = { type: 'retry', reason: 'unavailable', detail: 'the program is being stopped' };

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

  const attempt = async (notification: Notification, message: Message, mayHaveArrived: boolean) => {
    const { channel, part } = notification;
    const { signal } = abort;
    const delivery = ending
      ? stopping
      : await sendBy(channel, { message, part, attempt: notification.attempt, mayHaveArrived, signal });
    reach('after-attempt');
    settle({ notification: notification.id, part, parts: message.parts.length, delivery });
  };

  return {
    carryOut(notification, message, mayHaveArrived) {
      reach('before-attempt');
      const run = attempt(notification, message, mayHaveArrived).finally(() => running.delete(run));
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
