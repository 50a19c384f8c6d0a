import type { Message } from '../model/delivery.ts';

/**
 * What a message opens, updates or ends where services keep alerts by a key. What joins several has a key of its
 * own: under that of one of them it would call nobody while that one is open, and end with it.
 */
export const alertKeyOf = ({ payload, idempotencyKey }: Message): string =>
  payload.total === undefined ? payload.id : idempotencyKey;
