import type { Delivery, FailureReason } from '../../model/delivery.ts';
import { type Instant, type Millis, millis } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';

/** What a webhook's answer, or the lack of one, means. Its body is not ours to judge or to repeat. */
export function deliveryOf(answer: HttpAnswer | HttpFailure, now: Instant): Delivery {
  if (answer.type === 'failure') return deliveryOfFailure(answer);
  const { status } = answer;
  const detail = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { type: 'sent', receipt: detail };
  if (status < 400)
    return { type: 'failed', reason: 'rejected', detail: `${detail}: redirects are not followed` };
  if (status === 429) return retry('rateLimited', detail, retryAfter(answer, now));
  if (status === 408 || status === 425 || status >= 500)
    return retry('unavailable', detail, retryAfter(answer, now));
  return { type: 'failed', reason: reasonOf(status), detail };
}

function deliveryOfFailure(failure: HttpFailure): Delivery {
  if (failure.reached === 'unknown') return { type: 'unknown', detail: failure.detail };
  if (failure.cause === 'request') return { type: 'failed', reason: 'rejected', detail: failure.detail };
  const late = failure.cause === 'timeout' || failure.cause === 'aborted';
  return retry(late ? 'timeout' : 'unavailable', failure.detail, undefined);
}

function reasonOf(status: number): FailureReason {
  if (status === 401 || status === 403 || status === 407) return 'auth';
  return status === 413 ? 'tooLong' : 'rejected';
}

const retry = (reason: FailureReason, detail: string, afterMs: Millis | undefined): Delivery => ({
  type: 'retry',
  reason,
  detail,
  ...(afterMs === undefined ? {} : { afterMs }),
});

const longestWait = 24 * 3_600_000;

/** Retry-After as seconds or as a date (RFC 9110, section 10.2.3), at most a day. */
function retryAfter(answer: HttpAnswer, now: Instant): Millis | undefined {
  const text = answer.headers['retry-after'] ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : millis(Math.min(longestWait, Math.max(0, wait)));
}
