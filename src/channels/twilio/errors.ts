import type { FailureReason } from '../../model/delivery.ts';
import type { HttpAnswer } from '../http.ts';
import type { Complaint } from '../http-answer.ts';
import { type JsonObject, textIn } from '../http-call.ts';

/**
 * Twilio's error codes as far as they say more than the status
 * (https://www.twilio.com/docs/api/errors, "Twilio Error and Warning Dictionary"). Those from 30000 on are
 * of the networks; Twilio mostly finds them after it has answered, and then they are seen in its console only.
 */
const reasons: ReadonlyMap<number, FailureReason> = new Map([
  // 20003 authenticate, 20005 account not active, 20404 no such account, 20429 too many requests.
  [20003, 'auth'],
  [20005, 'outOfCredit'],
  [20404, 'auth'],
  [20429, 'rateLimited'],
  // The number called or written to: no number, not verified on trial, unsubscribed, no mobile one, itself.
  [21211, 'recipient'],
  [21214, 'recipient'],
  [21217, 'recipient'],
  [21219, 'recipient'],
  [21265, 'recipient'],
  [21266, 'recipient'],
  [21608, 'recipient'],
  [21610, 'recipient'],
  [21612, 'recipient'],
  [21614, 'recipient'],
  // Countries that the account may not call or write to.
  [21215, 'auth'],
  [21408, 'auth'],
  // Its queue is full; the body is too long.
  [21611, 'rateLimited'],
  [21617, 'tooLong'],
  // Of the networks.
  [30001, 'rateLimited'],
  [30002, 'outOfCredit'],
  [30003, 'recipient'],
  [30004, 'recipient'],
  [30005, 'recipient'],
  [30006, 'recipient'],
  [30007, 'rejected'],
  [30008, 'unavailable'],
  [30010, 'outOfCredit'],
]);

/** `{"code":21211,"message":"…","more_info":"…","status":400}`. */
export function twilioComplaint(body: JsonObject | undefined, _answer: HttpAnswer): Complaint {
  const code = body?.['code'];
  if (typeof code !== 'number') return { words: textIn(body, 'message') };
  const reason = reasons.get(code);
  return { words: `${code} ${textIn(body, 'message')}`, ...(reason === undefined ? {} : { reason }) };
}
