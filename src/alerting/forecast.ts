import { instant, type Instant, type Millis } from '../model/time.ts';
import type { BudgetRule } from './contract.ts';

/** How a budget stands, and how it goes on. */
export interface BudgetStatus extends BudgetRule {
  readonly used: number;
  /** When it is spent if sending goes on as in the last hour; absent: not within its window. */
  readonly endsAt?: Instant;
}

/** What counts as the rate of sending: what was sent in so many milliseconds before. */
const LOOK_BACK = 3_600_000;

/** Each budget over the attempts that count, which ascend. */
export const budgetStatus = (
  budgets: readonly BudgetRule[],
  times: readonly number[],
  now: Instant,
): readonly BudgetStatus[] =>
  budgets.map((rule) => {
    const inside = times.filter((at) => at >= now - rule.window && at <= now);
    const ends = endOf(rule, inside, now);
    return { ...rule, used: inside.length, ...(ends === undefined ? {} : { endsAt: ends }) };
  });

/**
 * Goes from one attempt that stops counting to the next, while new ones come at the present rate. New
 * ones do not stop counting within a window from now, so later there is no end that was not before.
 */
function endOf({ window, limit }: BudgetRule, inside: readonly number[], now: Instant): Instant | undefined {
  if (inside.length >= limit) return now;
  const span: number = Math.min(window, LOOK_BACK);
  const recent = inside.filter((at) => at > now - span).length;
  // One attempt is no rate.
  if (recent < 2) return undefined;
  const rate = recent / span;
  for (const [gone, at] of inside.entries()) {
    const full = timeOf(limit - (inside.length - gone), rate, now);
    if (full <= at + window) return full;
  }
  const full = timeOf(limit, rate, now);
  return full - now <= window ? full : undefined;
}

const timeOf = (left: number, rate: number, now: Instant): Instant => instant(Math.ceil(now + left / rate));

/** What messages of a price cost in a window. */
export const spentIn = (times: readonly number[], window: Millis, price: number, now: Instant): number =>
  times.filter((at) => at > now - window && at <= now).length * price;
