import type { BudgetRule, ChannelRules } from '../alerting/contract.ts';
import type { Instant } from '../model/time.ts';

/** A limit of a channel and how a day ran into it. */
export interface LimitDay {
  readonly day: number;
  /** How often the last message that it allows was spent on that day. */
  readonly times: number;
}

/** Sees when a channel's limits are reached; from then on messages wait, are joined, or go other ways. */
export interface LimitWatch {
  readonly rule: BudgetRule;
  days(): readonly LimitDay[];
}

/** All limits of all channels, over what they and others with the same budget spend. */
export interface Limits {
  spent(channel: string, at: Instant, day: number): void;
  of(channel: string): readonly LimitWatch[];
}

/** Nothing was spent yet. */
export function watchLimits(channels: readonly ChannelRules[]): Limits {
  const accounts = new Map<string, { readonly times: number[]; longest: number }>();
  const watches = new Map<string, readonly Watch[]>();
  const keys = new Map<string, string>();
  for (const { name, budgets, budgetKey = name } of channels) {
    const account = accounts.get(budgetKey) ?? { times: [], longest: 0 };
    account.longest = Math.max(account.longest, ...budgets.map(({ window }) => window));
    accounts.set(budgetKey, account);
    keys.set(name, budgetKey);
    watches.set(name, budgets.map(watchOne));
  }
  return {
    spent(channel, at, day) {
      const key = keys.get(channel);
      const account = key === undefined ? undefined : accounts.get(key);
      if (account === undefined || account.longest === 0) return;
      const { times } = account;
      times.push(at);
      if ((times[0] ?? at) < at - 2 * account.longest)
        times.splice(0, firstSince(times, at - account.longest));
      for (const [name, all] of watches) {
        if (keys.get(name) === key) for (const watch of all) watch.look(times, at, day);
      }
    },
    of: (channel) => watches.get(channel) ?? [],
  };
}

interface Watch extends LimitWatch {
  look(times: readonly number[], at: Instant, day: number): void;
}

function watchOne(rule: BudgetRule): Watch {
  const { window, limit, reserve = 0 } = rule;
  const free = Math.max(Math.min(1, limit), limit - reserve);
  const days = new Map<number, number>();
  let wasReached = false;
  return {
    rule,
    look(times, at, day) {
      const used = times.length - firstSince(times, at - window);
      const isReached = used >= free;
      if (isReached && !wasReached) days.set(day, (days.get(day) ?? 0) + 1);
      wasReached = isReached;
    },
    days: () => [...days].map(([day, times]) => ({ day, times })),
  };
}

/** The index of the first time not before `from`. */
function firstSince(times: readonly number[], from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
