import type { Delivery } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { Complaint } from '../http-answer.ts';
import type { HttpFailure } from '../http-failure.ts';
import { deliveryOfAnswer, type JsonObject, textIn } from '../http-call.ts';
import { idOf, takenAs } from '../taken-as.ts';

/**
 * What Pushover's answer means (https://pushover.net/api, "Being Friendly to our API" and "Limitations"):
 * 4xx names what is `invalid` and why in `errors`, 429 is the month's quota, whose end stands in
 * `X-Limit-App-Reset`.
 */
export const deliveryOfPushover = (
  answer: HttpAnswer | HttpFailure,
  now: Instant,
  hidden: readonly string[],
): Delivery =>
  deliveryOfAnswer(answer, {
    now,
    hidden,
    complaint: (body, { headers, status }) => complaintOf(body, headers, status, now),
    accepted: (body, { headers, status }) =>
      body === undefined
        ? takenAs('Pushover', '')
        : body['status'] === 1
          ? sentAs(body)
          : complaintOf(body, headers, status, now),
  });

/** Only emergencies have a receipt: that an alert has rung. */
function sentAs(body: JsonObject): Delivery {
  const receipt = idOf(textIn(body, 'receipt'));
  const request = idOf(textIn(body, 'request'));
  return {
    type: 'sent',
    ...(request === '' ? {} : { receipt: `request ${request}` }),
    ...(receipt === '' ? {} : { reference: receipt }),
  };
}

function complaintOf(
  body: JsonObject | undefined,
  headers: HttpAnswer['headers'],
  status: number,
  now: Instant,
): Complaint {
  const errors = body?.['errors'];
  const words = Array.isArray(errors) ? errors.filter((each) => typeof each === 'string').join('; ') : '';
  if (status === 429) {
    const reset = Number(headers['x-limit-app-reset']) * 1000;
    return { words, reason: 'rateLimited', ...(Number.isFinite(reset) ? { waitMs: reset - now } : {}) };
  }
  if (textIn(body, 'token') === 'invalid') return { words, reason: 'auth' };
  if (textIn(body, 'user') === 'invalid' || textIn(body, 'device') === 'invalid')
    return { words, reason: 'recipient' };
  return { words };
}
