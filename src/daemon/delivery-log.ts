import type { Delivery } from '../model/delivery.ts';
import type { Notification } from '../model/alert.ts';
import type { Log } from './log.ts';

/** Tells the operator how channels fare: when one begins to fail, when it works again, what was given up. */
export interface DeliveryLog {
  answered(channel: string, delivery: Delivery): void;
  decided(notification: Notification): void;
}

/** Says each change once, so that an outage of a day is two lines. */
export function createDeliveryLog(log: Log): DeliveryLog {
  const failing = new Map<string, string>();
  return {
    answered(channel, delivery) {
      if (delivery.type === 'sent') {
        if (failing.delete(channel)) log.info('channel works again', { channel });
        return;
      }
      const reason = delivery.type === 'unknown' ? 'unknown' : delivery.reason;
      if (failing.get(channel) === reason) return;
      failing.set(channel, reason);
      log.warn('channel fails', { channel, reason, text: delivery.detail });
    },
    decided({ id, state, receiver, channel, alerts, why }) {
      if (state !== 'dead') return;
      log.error('message is undelivered', { notification: id, receiver, channel, alerts, text: why ?? '' });
    },
  };
}
