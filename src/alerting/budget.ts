import type { LimitReport } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import type { ChannelRules } from './contract.ts';

/** What a service said is left, and until when that holds. `left` falls with every attempt. */
export interface Reported {
  readonly window: number;
  readonly resetAt: number;
  readonly left: number;
}

/**
 * The attempts of one channel in rolling windows. An attempt counts from when it is released, whatever
 * comes of it: a service counts refused requests as well, and an attempt whose outcome is unknown may
 * have been counted.
 */
export interface Budget {
  /** Attempts that may be released now; Infinity without a limit. */
  slots(now: Instant): number;
  /** When the next slot comes, if there is none now; Infinity: never. */
  freeAt(now: Instant): number | undefined;
  spend(now: Instant): void;
  /** Takes a service's word where it is lower than ours; `others` are attempts it may not have counted. */
  learn(report: LimitReport, now: Instant, others: number): void;
  /** Times of attempts that still count, each with its running number. */
  readonly log: BudgetLog;
  reports: readonly Reported[];
}

/** Attempts in order; only the ends change. */
export interface BudgetLog {
  readonly times: number[];
  /** The number of the first of `times`. */
  first: number;
}

/** Most windows a service can report on. */
const MOST_REPORTS = 8;

export function createBudget(budgets: ChannelRules['budgets']): Budget {
  const log: BudgetLog = { times: [], first: 0 };
  const longest = Math.max(0, ...budgets.map(({ window }) => window));

  const expire = (now: Instant): void => {
    let gone = 0;
    while ((log.times[gone] ?? now) < now - longest) gone += 1;
    if (gone === 0) return;
    log.times.splice(0, gone);
    log.first += gone;
  };

  /** Both ends of a window count, so no window of this length ever holds more. */
  const usedSince = (from: number): number => {
    let low = 0;
    let high = log.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((log.times[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return log.times.length - low;
  };

  const budget: Budget = {
    log,
    reports: [],
    slots(now) {
      const ours = budgets.map(({ window, limit }) => limit - usedSince(now - window));
      const theirs = budget.reports.filter(({ resetAt }) => resetAt > now).map(({ left }) => left);
      return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...ours, ...theirs));
    },
    freeAt(now) {
      if (budget.slots(now) > 0) return undefined;
      const ours = budgets
        .filter(({ window, limit }) => usedSince(now - window) >= limit)
        .map(({ window, limit }) =>
          limit === 0 ? Number.POSITIVE_INFINITY : (log.times[log.times.length - limit] ?? 0) + window + 1,
        );
      const theirs = budget.reports
        .filter(({ resetAt, left }) => resetAt > now && left <= 0)
        .map(({ resetAt }) => resetAt);
      return Math.max(...ours, ...theirs);
    },
    spend(now) {
      expire(now);
      if (budgets.length > 0) log.times.push(now);
      budget.reports = budget.reports
        .filter(({ resetAt }) => resetAt > now)
        .map((report) => ({ ...report, left: report.left - 1 }));
    },
    learn({ window, remaining, resetAt }, now, others) {
      // A window cannot reset later than its own length from now, whatever the service's clock says.
      const until = Math.min(resetAt, now + window);
      const rest = budget.reports.filter((old) => old.window !== window && old.resetAt > now);
      const learned = until > now ? [{ window, resetAt: until, left: Math.max(0, remaining - others) }] : [];
      budget.reports = [...rest, ...learned].slice(-MOST_REPORTS);
    },
  };
  return budget;
}
