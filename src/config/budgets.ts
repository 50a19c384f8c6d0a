import { z } from 'zod';
import type { BudgetRule } from '../alerting/contract.ts';
import { millis, type Millis } from '../model/time.ts';

const most = z.int().min(1).max(1_000_000);
const dollars = z.number().min(0).max(1_000_000);

const percent = z
  .string()
  .regex(/^(100|\d{1,2})%$/, { error: 'must be a share such as 20%' })
  .transform((text) => Number.parseInt(text, 10) / 100);

/** One entry of `budgets`. */
export const budget = z.strictObject({
  'per-15m': most.optional().describe('Messages in any 15 minutes.'),
  'per-hour': most.optional().describe('Messages in any hour.'),
  'per-day': most.optional().describe('Messages in any 24 hours.'),
  'per-month': most.optional().describe('Messages in any 31 days.'),
  price: dollars
    .optional()
    .describe('US dollars for one message. Default: as the service publishes it, or 0.'),
  'spend-per-day': dollars.optional().describe('US dollars in any 24 hours. Default: no limit.'),
  'reserve-for-critical': percent
    .optional()
    .describe('The share of each limit that only critical alerts may use: 20%. Default: 0%.'),
});

/** A budget as written. */
export type WrittenBudget = z.infer<typeof budget>;

const day = millis(86_400_000);
const windows: { readonly [Key in keyof WrittenBudget]?: Millis } = {
  'per-15m': millis(900_000),
  'per-hour': millis(3_600_000),
  'per-day': day,
  // No month is longer.
  'per-month': millis(31 * day),
};

/** What a channel may send: a limit of the user's takes the place of the service's own for the same window. */
export function budgetsOf(
  written: WrittenBudget | undefined,
  own: { readonly budgets: readonly BudgetRule[]; readonly price?: number },
): { readonly budgets: readonly BudgetRule[]; readonly price: number } {
  const limits = new Map(own.budgets.map(({ window, limit }) => [window, limit]));
  for (const [key, window] of Object.entries(windows)) {
    const limit = written?.[key as keyof WrittenBudget];
    if (limit !== undefined) limits.set(window, limit);
  }
  const price = written?.price ?? own.price ?? 0;
  const spend = written?.['spend-per-day'];
  if (spend !== undefined && price > 0) {
    limits.set(day, Math.min(limits.get(day) ?? Number.POSITIVE_INFINITY, affordable(spend, price)));
  }
  const share = written?.['reserve-for-critical'] ?? 0;
  const budgets = [...limits].map(([window, limit]) => {
    const reserve = Math.floor(limit * share);
    return reserve === 0 ? { window, limit } : { window, limit, reserve };
  });
  return { budgets, price };
}

/** How many messages money buys; 2.00 at 0.1 is twenty, whatever binary fractions say. */
const affordable = (spend: number, price: number): number => Math.floor(spend / price + 1e-9);
