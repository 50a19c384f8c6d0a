import { millis, type Instant } from '../model/time.ts';
import type { Block } from './block.ts';
import type { Desk } from './desk.ts';
import { budgetStatus, spentIn, type BudgetStatus } from './forecast.ts';
import { blockOf, type Lane } from './lane.ts';

/** How a channel stands, for `status`. */
export interface ChannelStatus {
  readonly name: string;
  /**
   * `failing`: tried by one message at a time; `paused`: the service wants a pause; `refused` and
   * `out-of-credit`: only a human can repair it; `spent`: its budget is; `gone`: not configured any more.
   */
  readonly state: 'working' | 'failing' | 'paused' | 'refused' | 'out-of-credit' | 'spent' | 'gone';
  readonly since?: Instant;
  /** When something can be sent or is tried next. */
  readonly until?: Instant;
  readonly waiting: number;
  readonly underWay: number;
  readonly budgets: readonly BudgetStatus[];
  /** US dollars in the last 24 hours, where messages have a price. */
  readonly spentToday?: number;
}

const DAY = millis(86_400_000);

/** Every channel, in the order of the configuration; those that are gone while something is there. */
export const channelStatuses = (desk: Desk, now: Instant): readonly ChannelStatus[] =>
  [...desk.lanes.values()]
    .filter(({ isConfigured, waiting, underWay }) => isConfigured || waiting.length + underWay.size > 0)
    .map((lane) => statusOf(lane, now));

function statusOf(lane: Lane, now: Instant): ChannelStatus {
  const { rules, waiting, underWay, allowance } = lane;
  const { times } = allowance.spent;
  const { price = 0 } = rules;
  return {
    name: rules.name,
    ...stateOf(lane, now),
    waiting: waiting.length,
    underWay: underWay.size,
    budgets: budgetStatus(rules.budgets, times, now),
    ...(price === 0 ? {} : { spentToday: spentIn(times, DAY, price, now) }),
  };
}

function stateOf(lane: Lane, now: Instant): Pick<ChannelStatus, 'state' | 'since' | 'until'> {
  if (!lane.isConfigured) return { state: 'gone' };
  const block = blockOf(lane);
  if (block !== undefined) {
    const { since, until } = block;
    return { state: stateOfBlock(block), since, until };
  }
  const free = lane.budget.freeAt(now);
  if (free === undefined) return { state: 'working' };
  return Number.isFinite(free) ? { state: 'spent', until: free as Instant } : { state: 'spent' };
}

function stateOfBlock({ reason }: Block): ChannelStatus['state'] {
  if (reason === 'outOfCredit') return 'out-of-credit';
  if (reason === 'auth') return 'refused';
  return reason === 'rateLimited' ? 'paused' : 'failing';
}
