import type { ReceiverCounters } from '../alerting/counters.ts';
import type { RuleCounters } from '../engine/engine.ts';
import type { Program } from '../model/program.ts';
import { dayName } from './days.ts';
import type { Limits } from './limits.ts';
import type { ChannelResult, ReceiverResult, RuleResult } from './result.ts';
import type { ChannelTally, RuleTally, TalliedChannel } from './tally.ts';

const mostKeysShown = 10;

/** All rules of the program and those of the program itself that raised, the busiest first. */
export function rulesResult(
  program: Program,
  counters: readonly RuleCounters[],
  tallies: ReadonlyMap<string, RuleTally>,
): readonly RuleResult[] {
  const counted = new Map(counters.map((one) => [one.rule, one]));
  const ids = [...new Set([...program.rules.map(({ id }) => id), ...tallies.keys()])];
  return ids
    .map((id) => ruleResult(id, counted.get(id), tallies.get(id)))
    .toSorted((a, b) => b.alerts - a.alerts || b.raised - a.raised || b.matched - a.matched);
}

function ruleResult(
  rule: string,
  counters: RuleCounters | undefined,
  tally: RuleTally | undefined,
): RuleResult {
  const { matched = 0, raised = 0, absorbed = {}, timedOut = 0 } = counters ?? {};
  const days = [...(tally?.days ?? [])].toSorted(([a], [b]) => a - b);
  const { count: keyCount, isExact: keysAreExact } = tally?.keys.different() ?? { count: 0, isExact: true };
  return {
    rule,
    ...(tally?.severity === undefined ? {} : { severity: tally.severity }),
    matched,
    raised,
    absorbed,
    timedOut,
    alerts: tally?.alerts ?? 0,
    actions: tally?.actions ?? 0,
    days: days.map(([day, numbers]) => ({ day: dayName(day), ...numbers })),
    keys: tally?.keys.top(mostKeysShown) ?? [],
    keyCount,
    keysAreExact,
    ...(tally?.first === undefined ? {} : { first: new Date(tally.first).toISOString() }),
    ...(tally?.last === undefined ? {} : { last: new Date(tally.last).toISOString() }),
    ...(tally?.sample === undefined ? {} : { sample: tally.sample }),
  };
}

/** One channel with its limits. */
export function channelResult(
  { name, kind, price = 0 }: TalliedChannel,
  tally: ChannelTally | undefined,
  limits: Limits,
): ChannelResult {
  const { messages = 0, parts = 0, reasons = {} } = tally ?? {};
  return {
    channel: name,
    kind,
    price,
    messages,
    parts,
    cost: money(parts * price),
    reasons,
    days: [...(tally?.days ?? [])]
      .toSorted(([a], [b]) => a - b)
      .map(([day, numbers]) => ({ day: dayName(day), ...numbers, cost: money(numbers.parts * price) })),
    limits: limits.of(name).map(({ rule: { limit, window, reserve = 0 }, days }) => ({
      limit,
      window,
      reserve,
      days: days().map(({ day, times }) => ({ day: dayName(day), times })),
    })),
  };
}

/** Prices are given in tenths of a cent at the finest; sums of such are not those of binary fractions. */
const money = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;

/** Sums over all rules, one for each receiver. */
export function receiversResult(counters: readonly ReceiverCounters[]): readonly ReceiverResult[] {
  const sums = new Map<string, ReceiverResult>();
  for (const { rule: _, ...one } of counters) {
    const sum = sums.get(one.receiver);
    sums.set(one.receiver, sum === undefined ? one : added(sum, one));
  }
  return [...sums.values()];
}

function added(a: ReceiverResult, b: ReceiverResult): ReceiverResult {
  const muted: { [reason: string]: number } = { ...a.muted };
  for (const [reason, count] of Object.entries(b.muted)) muted[reason] = (muted[reason] ?? 0) + count;
  return {
    receiver: a.receiver,
    raised: a.raised + b.raised,
    delivered: a.delivered + b.delivered,
    joined: a.joined + b.joined,
    muted,
    held: a.held + b.held,
    pending: a.pending + b.pending,
    undelivered: a.undelivered + b.undelivered,
  };
}
