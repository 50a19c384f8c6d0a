import type { Delivery } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import type { Attempt } from '../contract.ts';
import type { HttpAnswer } from '../http.ts';
import { deliveryOfFailure, deliveryOfRefusal } from '../http-answer.ts';
import type { HttpFailure } from '../http-failure.ts';

/** What a webhook's answer, or the lack of one, means. Its body is not ours to judge or to repeat. */
export function deliveryOf(
  answer: HttpAnswer | HttpFailure,
  now: Instant,
  { mayHaveArrived }: Pick<Attempt, 'mayHaveArrived'>,
): Delivery {
  if (answer.type === 'failure') return deliveryOfFailure(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return { type: 'sent', receipt: `HTTP ${status}` };
  // The first request of this Idempotency-Key is still at work (draft-ietf-httpapi-idempotency-key-header, 2.7).
  if (status === 409 && mayHaveArrived) return deliveryOfRefusal(answer, now, { reason: 'unavailable' });
  // A webhook has no recipients, and nothing says what it means by a status that only some services use.
  const isOurs = status === 402 || status === 404 || status === 410;
  return deliveryOfRefusal(answer, now, isOurs ? { reason: 'rejected' } : {});
}
