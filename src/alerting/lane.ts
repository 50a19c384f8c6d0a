import { earliest, type Instant } from '../model/time.ts';
import type { Block } from './block.ts';
import { createBudget, nothingSpent, type Budget, type Spent } from './budget.ts';
import type { ChannelRules } from './contract.ts';
import type { Waker } from './desk.ts';
import { compareTurns, isCritical, type Notice } from './notice.ts';

/** One channel: what waits for it, what is under way, what may be spent. */
export interface Lane {
  readonly order: number;
  readonly rules: ChannelRules;
  /** False: the configuration does not know it (any more); what waits for it must go elsewhere. */
  readonly isConfigured: boolean;
  readonly budget: Budget;
  readonly allowance: Allowance;
  /** In the order of their turns. */
  readonly waiting: Notice[];
  readonly underWay: Set<Notice>;
  /** While it does not work for another reason than a rate limit. */
  block: Block | undefined;
  /** Whether its row must be written. */
  isDirty: boolean;
  /** Its timer, made when it is first set. */
  waker: Waker | undefined;
}

/** What channels with one budget key have in common: mostly there is but one. */
export interface Allowance {
  readonly key: string;
  readonly spent: Spent;
  readonly lanes: Lane[];
  /** While the service's rate limit is in force. */
  pause: Block | undefined;
  /** Whether its row must be written. */
  isDirty: boolean;
  /** Which attempts are written: from, to (exclusive). */
  written: readonly [from: number, to: number];
  /** The lowest number of an attempt given back since they were written; its row is not right any more. */
  givenBack: number | undefined;
}

export const createAllowance = (key: string): Allowance => ({
  key,
  spent: nothingSpent(),
  lanes: [],
  pause: undefined,
  isDirty: false,
  written: [0, 0],
  givenBack: undefined,
});

/** An idle channel. `order` is negative, so that a channel's timer comes before those of notifications. */
export function createLane(
  rules: ChannelRules,
  allowance: Allowance,
  order: number,
  isConfigured: boolean,
): Lane {
  const lane: Lane = {
    order,
    rules,
    isConfigured,
    budget: createBudget(rules.budgets, allowance.spent),
    allowance,
    waiting: [],
    underWay: new Set(),
    block: undefined,
    isDirty: false,
    waker: undefined,
  };
  allowance.lanes.push(lane);
  return lane;
}

/** What keeps a channel from being used: its own trouble or a rate limit, whichever lasts longer. */
export function blockOf({ block, allowance: { pause } }: Lane): Block | undefined {
  if (block === undefined || pause === undefined) return block ?? pause;
  const longer = pause.until > block.until ? pause : block;
  return { ...longer, since: earliest(pause.since, block.since) ?? longer.since };
}

/** Attempts under way on all channels that spend from the same. */
export const allUnderWay = ({ lanes }: Allowance): number =>
  lanes.reduce((sum, { underWay }) => sum + underWay.size, 0);

/** Takes back what an attempt spent that was never made. */
export function giveBack({ allowance, budget }: Lane): void {
  const { spent, givenBack = Number.POSITIVE_INFINITY } = allowance;
  budget.giveBack();
  allowance.givenBack = Math.min(givenBack, spent.first + spent.times.length);
  allowance.isDirty = true;
}

/** Gives a notification its turn. */
export function lineUp({ waiting }: Lane, notice: Notice): void {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = waiting[middle];
    if (other !== undefined && compareTurns(other, notice) < 0) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, notice);
}

/** Takes a notification out of the queue, if it is there. */
export function stepOut({ waiting }: Lane, notice: Notice): void {
  const index = waiting.indexOf(notice);
  if (index >= 0) waiting.splice(index, 1);
}

/** How many attempts may be released now as far as the channel itself goes. */
export function room(lane: Lane, now: Instant): number {
  const { allowance, rules, underWay } = lane;
  const block = blockOf(lane);
  if (block === undefined) return rules.concurrency - underWay.size;
  if (block.until > now) return 0;
  return 1 - (allowance.pause === undefined ? underWay.size : allUnderWay(allowance));
}

/** When something may be released that cannot be now, for want of time alone. */
export function laneDue(lane: Lane, now: Instant): number | undefined {
  const { waiting, budget } = lane;
  if (!lane.isConfigured) return waiting.length > 0 ? now : undefined;
  const block = blockOf(lane);
  // Asked after every input, and mostly nothing stands in the way.
  if (waiting.length === 0 || (block === undefined && budget.slots(now, false) > 0)) return undefined;
  const free = (critical: boolean): number =>
    waiting.some((one) => one.notification.dueAt <= now && isCritical(one) === critical)
      ? (budget.freeAt(now, critical) ?? now)
      : Number.POSITIVE_INFINITY;
  const opens = Math.max(block?.until ?? now, Math.min(free(true), free(false)));
  return opens > now && opens < Number.POSITIVE_INFINITY ? opens : undefined;
}
