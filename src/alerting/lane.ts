import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';
import type { Block } from './block.ts';
import { createBudget, type Budget, type Reported } from './budget.ts';
import type { ChannelRules } from './contract.ts';
import { compareTurns, type Notice } from './notice.ts';
import { asJson, fromJson } from './shelf.ts';

/** One channel: what waits for it, what is under way, what may be spent. */
export interface Lane {
  readonly order: number;
  readonly rules: ChannelRules;
  /** False: the configuration does not know it (any more); what waits for it must go elsewhere. */
  readonly isConfigured: boolean;
  readonly budget: Budget;
  /** In the order of their turns. */
  readonly waiting: Notice[];
  readonly underWay: Set<Notice>;
  block: Block | undefined;
  /** Whether its row must be written. */
  isDirty: boolean;
  /** Which attempts of the budget's log are written: from, to (exclusive). */
  written: readonly [from: number, to: number];
}

/** An idle channel. `order` is negative, so that a channel's timer comes before those of notifications. */
export const createLane = (rules: ChannelRules, order: number, isConfigured: boolean): Lane => ({
  order,
  rules,
  isConfigured,
  budget: createBudget(rules.budgets),
  waiting: [],
  underWay: new Set(),
  block: undefined,
  isDirty: false,
  written: [0, 0],
});

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
export function room({ block, rules, underWay }: Lane, now: Instant): number {
  if (block === undefined) return rules.concurrency - underWay.size;
  return block.until <= now ? 1 - underWay.size : 0;
}

/** When something may be released that cannot be now, for want of time alone. */
export function laneDue(lane: Lane, now: Instant): number | undefined {
  if (!lane.isConfigured) return lane.waiting.length > 0 ? now : undefined;
  if (!lane.waiting.some(({ notification }) => notification.dueAt <= now)) return undefined;
  const opens = Math.max(lane.block?.until ?? now, lane.budget.freeAt(now) ?? now);
  return opens > now && opens < Number.POSITIVE_INFINITY ? opens : undefined;
}

const LANE_SCOPE = 'channel';
const ATTEMPT_SCOPE = 'attempt';

/** The channel's own row, and a row for each attempt made or expired since the last call. */
export function laneChanges(lane: Lane): Row[] {
  const rows: Row[] = [];
  const { rules, budget, block } = lane;
  const { first, times } = budget.log;
  const end = first + times.length;
  const [from, to] = lane.written;
  const attemptKey = (number: number): string => `${number} ${rules.name}`;
  for (let number = from; number < Math.min(first, to); number += 1) {
    rows.push({ scope: ATTEMPT_SCOPE, key: attemptKey(number) });
  }
  for (let number = Math.max(to, first); number < end; number += 1) {
    rows.push({ scope: ATTEMPT_SCOPE, key: attemptKey(number), value: times[number - first] ?? 0 });
  }
  lane.written = [first, end];
  if (lane.isDirty) {
    const value = asJson({ block: block ?? null, reports: [...budget.reports], end });
    rows.push({ scope: LANE_SCOPE, key: rules.name, value });
    lane.isDirty = false;
  }
  return rows;
}

export const isLaneRow = ({ scope }: Row): boolean => scope === LANE_SCOPE || scope === ATTEMPT_SCOPE;

/** Takes the rows of all channels; `laneOf` gives the channel of a name. */
export function restoreLanes(rows: readonly Row[], laneOf: (name: string) => Lane): void {
  const attempts = new Map<Lane, [number: number, at: number][]>();
  for (const { scope, key, value } of rows) {
    if (value === undefined) continue;
    if (scope === LANE_SCOPE) restoreLane(laneOf(key), value);
    else {
      const lane = laneOf(key.slice(key.indexOf(' ') + 1));
      const log = attempts.get(lane) ?? [];
      log.push([Number.parseInt(key, 10), Number(value)]);
      attempts.set(lane, log);
    }
  }
  for (const [lane, log] of attempts) restoreLog(lane, log);
}

function restoreLane(lane: Lane, value: Json): void {
  const row = fromJson<{ block: Block | null; reports: readonly Reported[]; end: number }>(value);
  lane.block = row.block ?? undefined;
  lane.budget.reports = row.reports;
  lane.budget.log.first = row.end;
  lane.written = [row.end, row.end];
}

function restoreLog(lane: Lane, log: [number: number, at: number][]): void {
  log.sort((a, b) => a[0] - b[0]);
  const [first] = log;
  if (first === undefined) return;
  const { budget } = lane;
  budget.log.first = first[0];
  budget.log.times.splice(0, budget.log.times.length, ...log.map(([, at]) => at));
  lane.written = [first[0], first[0] + log.length];
}
