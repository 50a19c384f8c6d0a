import { byteLength } from '../kit/text.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Attempt } from './contract.ts';
import { isEnd } from './chat-text.ts';

/** Bytes of a reference, as alerting keeps it. */
const longest = 200;

/** A message that a chat took. `id` has no blanks; it is only good in the `place` where it was posted. */
export function postedAs(id: string, place: string): Delivery {
  const reference = `${id} ${place}`;
  const isShort = byteLength(reference) <= longest && !/[\p{Cc}\u2028\u2029]/u.test(reference);
  return { type: 'sent', receipt: id, ...(isShort ? { reference } : {}) };
}

/** The id of the first message about the same alerts, if that is in this place; `form` is what ids look like. */
export function earlierIn({ earlier }: Attempt, place: string, form: RegExp): string | undefined {
  const border = earlier?.indexOf(' ') ?? -1;
  if (earlier === undefined || border < 0 || earlier.slice(border + 1) !== place) return undefined;
  const id = earlier.slice(0, border);
  return form.test(id) ? id : undefined;
}

/** What belongs below an earlier message without being news itself: the end of an alert, and further parts. */
export const isAside = ({ message, part }: Attempt): boolean => part > 0 || isEnd(message);

/** What may take the place of an earlier message: an end that is one part. */
export const mayReplace = ({ message }: Attempt): boolean => isEnd(message) && message.parts.length === 1;
