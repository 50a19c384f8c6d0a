import type { Delivery } from '../../model/delivery.ts';
import type { ProbeResult } from '../contract.ts';

/** A question that was not answered, as the result of a probe. */
export const failedProbe = (delivery: Delivery): ProbeResult => ({
  ok: false,
  detail: delivery.type === 'sent' ? 'X answered something else' : delivery.detail,
});
