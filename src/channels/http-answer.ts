import type { Delivery, FailureReason } from '../model/delivery.ts';
import { type Instant, type Millis, millis } from '../model/time.ts';
import type { HttpAnswer } from './http.ts';
import type { HttpFailure } from './http-failure.ts';

/** What a service says of a refusal, as far as it is known better than from the status. */
export interface Complaint {
  /** Its words, harmless and without secrets. */
  readonly words?: string;
  readonly reason?: FailureReason;
  /** Whether trying again may help; absent: as the reason has it. */
  readonly again?: boolean;
  /** How long it wants to be left alone; counts before the header Retry-After. */
  readonly waitMs?: number;
}

/** What no answer means for an attempt. */
export function deliveryOfFailure(failure: HttpFailure): Delivery {
  if (failure.reached === 'unknown') return { type: 'unknown', detail: failure.detail };
  if (failure.cause === 'request') return { type: 'failed', reason: 'rejected', detail: failure.detail };
  const late = failure.cause === 'timeout' || failure.cause === 'aborted';
  return { type: 'retry', reason: late ? 'timeout' : 'unavailable', detail: failure.detail };
}

/**
 * What an answer means that is not a success, by its status (RFC 9110, section 15; RFC 6585, section 4) and
 * by what the service itself says of it. An answer of status 2xx needs a complaint with a reason.
 */
export function deliveryOfRefusal(answer: HttpAnswer, now: Instant, complaint: Complaint = {}): Delivery {
  const reason = complaint.reason ?? reasonOf(answer.status);
  const detail = detailOf(answer.status, complaint.words);
  const again = complaint.again ?? isPassing(reason);
  if (!again) return { type: 'failed', reason, detail };
  const afterMs = waitOf(answer, now, complaint);
  return { type: 'retry', reason, detail, ...(afterMs === undefined ? {} : { afterMs }) };
}

function reasonOf(status: number): FailureReason {
  if (status === 401 || status === 403 || status === 407) return 'auth';
  if (status === 402) return 'outOfCredit';
  if (status === 404 || status === 410) return 'recipient';
  if (status === 413) return 'tooLong';
  if (status === 429) return 'rateLimited';
  return status === 408 || status === 425 || status >= 500 ? 'unavailable' : 'rejected';
}

const isPassing = (reason: FailureReason): boolean =>
  reason === 'rateLimited' || reason === 'unavailable' || reason === 'timeout' || reason === 'outOfCredit';

function detailOf(status: number, words = ''): string {
  const said = status >= 300 && status < 400 ? 'redirects are not followed' : words;
  return said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
}

const longestWait = 24 * 3_600_000;

/** What the body asks for, else Retry-After as seconds or as a date (RFC 9110, section 10.2.3), at most a day. */
function waitOf(answer: HttpAnswer, now: Instant, { waitMs }: Complaint): Millis | undefined {
  const wait = waitMs ?? headerWait(answer.headers['retry-after'] ?? '', now);
  return Number.isFinite(wait) ? millis(Math.min(longestWait, Math.max(0, Math.ceil(wait)))) : undefined;
}

// Some services write fractions of seconds.
const headerWait = (text: string, now: Instant): number =>
  /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
