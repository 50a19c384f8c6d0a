import { setMaxListeners } from 'node:events';
import type { Attempt, Channel } from '../channels/contract.ts';
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

/** Opens a channel; the same promise serves all attempts until it fails. */
export type OpenChannel = (name: string) => Promise<Channel>;

/** Carries attempts out: the only place from which messages leave. */
export interface Deliveries {
  carryOut(notification: Notification, message: Message, mayHaveArrived: boolean): void;
  /** Attempts under way. */
  underWay(): number;
  /** Waits for what is under way, at most `graceMs`, then cuts it off. */
  finish(graceMs: number): Promise<void>;
}

/** Attempts on channels that `open` gives; each ends in exactly one call of `settle`. */
export function createDeliveries(
  open: OpenChannel,
  settle: (settlement: Settlement) => void,
  reach: Reach,
): Deliveries {
  const abort = new AbortController();
  // Every attempt under way listens to it.
  setMaxListeners(0, abort.signal);
  const running = new Set<Promise<void>>();

  const attempt = async (notification: Notification, message: Message, mayHaveArrived: boolean) => {
    const delivery = await deliver(open, notification.channel, {
      message,
      part: notification.part,
      attempt: notification.attempt,
      mayHaveArrived,
      signal: abort.signal,
    });
    reach('after-attempt');
    settle({
      notification: notification.id,
      part: notification.part,
      parts: message.parts.length,
      delivery,
    });
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
      const timer = setTimeout(() => abort.abort(), graceMs);
      while (running.size > 0) await Promise.allSettled(running);
      clearTimeout(timer);
    },
  };
}

async function deliver(open: OpenChannel, name: string, attempt: Attempt): Promise<Delivery> {
  let channel: Channel;
  try {
    channel = await open(name);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { type: 'retry', reason: 'unavailable', detail: `channel cannot be opened: ${detail}` };
  }
  try {
    return await channel.send(attempt);
  } catch (error) {
    // A channel promises not to reject; if it does, nobody knows what arrived.
    return { type: 'unknown', detail: `bug in channel ${name}: ${String(error)}` };
  }
}
