import type { LimitReport } from '../model/delivery.ts';
import type { Instant } from '../model/time.ts';
import type { BudgetRule } from './contract.ts';

/** What a service said is left, and until when that holds. `left` falls with every attempt. */
export interface Reported {
  readonly window: number;
  readonly resetAt: number;
  readonly left: number;
}

/**
 * The attempts that count for one channel, in rolling windows: its own and those of channels that spend
 * from the same. An attempt counts from when it is released, whatever
 * comes of it: a service counts refused requests as well, and an attempt whose outcome is unknown may
 * have been counted.
 */
export interface Budget {
  /** Attempts that may be released now; Infinity without a limit. What is reserved counts for `critical`. */
  slots(now: Instant, critical?: boolean): number;
  /** When the next slot comes, if there is none now; Infinity: never. */
  freeAt(now: Instant, critical?: boolean): number | undefined;
  spend(now: Instant): void;
  /** Takes back the newest attempt: it was never made. */
  giveBack(): void;
  /** Takes a service's word where it is lower than ours; `others` are attempts it may not have counted. */
  learn(report: LimitReport, now: Instant, others: number): void;
}

/** What channels with one budget key spent together. */
export interface Spent {
  /** Attempts that still count, or may under another configuration, ascending, each with its running number; only the ends change. */
  readonly times: number[];
  /** The number of the first of `times`. */
  first: number;
  reports: readonly Reported[];
  /** The longest window, and the highest limit, that any configuration may ask these channels for. */
  longest: number;
  highest: number;
}

/** No window is longer than a month. */
const LONGEST_WINDOW = 31 * 86_400_000;
/** As many attempts as a later limit may ask for; a higher one holds from when it is configured. */
const MOST_KEPT = 10_000;

/** Also what no budget asks for now is kept: a reload may bring one, and nothing sent before is free then. */
export const nothingSpent = (): Spent => ({
  times: [],
  first: 0,
  reports: [],
  longest: LONGEST_WINDOW,
  highest: MOST_KEPT,
});

/** A reserve never takes the last slot: what is not critical would wait for ever. */
const capOf = ({ limit, reserve = 0 }: BudgetRule, critical: boolean): number =>
  critical ? limit : Math.max(Math.min(1, limit), limit - reserve);

/** Most windows a service can report on. */
const MOST_REPORTS = 8;

/** A channel's limits over what it, and others with it, spent. */
export function createBudget(budgets: readonly BudgetRule[], spent: Spent): Budget {
  spent.longest = Math.max(spent.longest, ...budgets.map(({ window }) => window));
  spent.highest = Math.max(spent.highest, ...budgets.map(({ limit }) => limit));

  const expire = (now: Instant): void => {
    // Whether a limit is reached depends on as many attempts as it allows, and on none before.
    let gone = Math.max(0, spent.times.length - spent.highest);
    while ((spent.times[gone] ?? now) < now - spent.longest) gone += 1;
    if (gone === 0) return;
    spent.times.splice(0, gone);
    spent.first += gone;
  };

  /** Both ends of a window count, so no window of this length ever holds more. */
  const usedSince = (from: number): number => {
    let low = 0;
    let high = spent.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spent.times[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return spent.times.length - low;
  };

  const budget: Budget = {
    slots(now, critical = true) {
      // Asked after every input, and most channels have no limit.
      if (budgets.length === 0 && spent.reports.length === 0) return Number.POSITIVE_INFINITY;
      const ours = budgets.map((rule) => capOf(rule, critical) - usedSince(now - rule.window));
      const theirs = spent.reports.filter(({ resetAt }) => resetAt > now).map(({ left }) => left);
      return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...ours, ...theirs));
    },
    freeAt(now, critical = true) {
      if (budget.slots(now, critical) > 0) return undefined;
      const ours = budgets
        .map((rule) => ({ window: rule.window, cap: capOf(rule, critical) }))
        .filter(({ window, cap }) => usedSince(now - window) >= cap)
        .map(({ window, cap }) =>
          cap === 0 ? Number.POSITIVE_INFINITY : (spent.times[spent.times.length - cap] ?? 0) + window + 1,
        );
      const theirs = spent.reports
        .filter(({ resetAt, left }) => resetAt > now && left <= 0)
        .map(({ resetAt }) => resetAt);
      return Math.max(...ours, ...theirs);
    },
    spend(now) {
      expire(now);
      spent.times.push(now);
      spent.reports = spent.reports
        .filter(({ resetAt }) => resetAt > now)
        .map((report) => ({ ...report, left: report.left - 1 }));
    },
    giveBack() {
      spent.times.pop();
      spent.reports = spent.reports.map((report) => ({ ...report, left: report.left + 1 }));
    },
    learn({ window, remaining, resetAt }, now, others) {
      // A window cannot reset later than its own length from now, whatever the service's clock says.
      const until = Math.min(resetAt, now + window);
      const rest = spent.reports.filter((old) => old.window !== window && old.resetAt > now);
      const learned = until > now ? [{ window, resetAt: until, left: Math.max(0, remaining - others) }] : [];
      spent.reports = [...rest, ...learned].slice(-MOST_REPORTS);
    },
  };
  return budget;
}
