import type { Delivery } from '../model/delivery.ts';

/**
 * Sent, by the mark that a service gave the message. Without one, something else has answered in its place
 * (a proxy's page of login), and nobody knows.
 */
export const takenAs = (service: string, mark: string): Delivery =>
  mark === ''
    ? { type: 'unknown', detail: `taken, but the answer is not one of ${service}` }
    : { type: 'sent', receipt: mark };

/** An id as services make them, without anything that is none. */
export const idOf = (text: string): string => text.replace(/[^\w-]/g, '').slice(0, 64);
