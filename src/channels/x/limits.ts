import type { LimitReport } from '../../model/delivery.ts';
import { after, type Instant, instant, type Millis, millis } from '../../model/time.ts';
import type { HttpAnswer } from '../http.ts';

const quarterHour = millis(15 * 60_000);
const day = millis(24 * 3_600_000);
/** A reset further away than the longest window and some disorder of clocks is nonsense. */
const longestWait = millis(day + 5 * 60_000);
/** X's clock may be a little ahead of the window's end it told us. */
const shortestWait = millis(1000);
/** A reset longer ago than this does not belong to the answer it stands in. */
const staleAfter = millis(-60_000);

// The 24-hour families are in no document, but are what really counts when they are there.
const families = [
  { prefix: 'x-rate-limit', window: quarterHour },
  { prefix: 'x-app-limit-24hour', window: day },
  { prefix: 'x-user-limit-24hour', window: day },
] as const;

/** What an answer tells of the limits, for budgets. Families that are absent or senseless are left out. */
export function limitReports(answer: HttpAnswer, now: Instant): LimitReport[] {
  return families.flatMap(({ prefix, window }) => {
    const limit = count(answer.headers[`${prefix}-limit`]);
    const remaining = count(answer.headers[`${prefix}-remaining`]);
    const wait = waitOf(answer, prefix, now);
    if (limit === undefined || remaining === undefined || wait === undefined) return [];
    return [{ window, limit, remaining, resetAt: after(now, wait) }];
  });
}

/**
 * How long to wait after "too many requests": for the latest reset among the families of which nothing
 * remains; if none says so, for the latest reset of all; without any, as `retry-after` says, else a
 * quarter of an hour.
 */
export function waitAfterLimit(answer: HttpAnswer, now: Instant): Millis {
  const known = families.flatMap(({ prefix }) => {
    const wait = waitOf(answer, prefix, now);
    return wait === undefined
      ? []
      : [{ wait, exhausted: count(answer.headers[`${prefix}-remaining`]) === 0 }];
  });
  const exhausted = known.filter((family) => family.exhausted);
  const waits = (exhausted.length > 0 ? exhausted : known).map((family) => family.wait);
  if (waits.length > 0) return millis(Math.max(shortestWait, ...waits));
  const seconds = count(answer.headers['retry-after']);
  return seconds === undefined
    ? quarterHour
    : millis(Math.min(longestWait, Math.max(shortestWait, seconds * 1000)));
}

/** By the server's clock when the answer tells it, so that a wrong clock here does not matter. */
function waitOf(answer: HttpAnswer, prefix: string, now: Instant): Millis | undefined {
  const reset = count(answer.headers[`${prefix}-reset`]);
  if (reset === undefined) return undefined;
  const wait = millis(reset * 1000 - (serverTime(answer) ?? now));
  return wait < staleAfter || wait > longestWait ? undefined : millis(Math.max(0, wait));
}

/** What the Date header says, in milliseconds since the epoch. */
export function serverTime(answer: HttpAnswer): Instant | undefined {
  const at = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(at) ? undefined : instant(at);
}

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
