import { asJson, createShelf, fromJson, type Shelf } from './shelf.ts';

/** Why a raise was muted. */
export type MuteReason = 'quiet' | 'silenced' | 'acknowledged' | 'inhibited' | 'flapping';

/**
 * What became of a rule's raises towards one receiver since the ledger began, counted in raises:
 * `raised = delivered + joined + muted + held + pending + undelivered`, always.
 */
export interface ReceiverCounters {
  readonly rule: string;
  readonly receiver: string;
  readonly raised: number;
  readonly delivered: number;
  /** Delivered inside a message about several alerts. */
  readonly joined: number;
  readonly muted: { readonly [Reason in MuteReason]?: number };
  readonly held: number;
  readonly pending: number;
  readonly undelivered: number;
}

/** Raises by rule: what a notification carries. */
export type Carried = { readonly [rule: string]: number };

/** Where carried raises end. */
export type Ending = 'delivered' | 'joined' | 'undelivered';

export interface Counters {
  readonly shelf: Shelf<Counted>;
  /** Raises that are on their way now. */
  pending(carried: Carried, receiver: string): void;
  /** What was pending waits for others to go out with it, and no longer. */
  held(carried: Carried, receiver: string): void;
  unheld(carried: Carried, receiver: string): void;
  muted(rule: string, receiver: string, reason: MuteReason): void;
  /** What was pending ended. */
  ended(carried: Carried, receiver: string, ending: Ending): void;
  /** As they are now, in the order of rules and receivers. */
  all(): readonly ReceiverCounters[];
  /** Those that changed since the last call: they go on changing. */
  touched(): readonly Readonly<Counted>[];
}

/** The counters of one rule and receiver where they are counted: in place, for every raise comes by here. */
interface Counted {
  readonly rule: string;
  readonly receiver: string;
  /** Of their row. */
  readonly name: string;
  raised: number;
  delivered: number;
  joined: number;
  readonly muted: { [Reason in MuteReason]?: number };
  held: number;
  pending: number;
  undelivered: number;
  isTouched: boolean;
}

const untouched: readonly Counted[] = [];

export function createCounters(): Counters {
  const byRule = new Map<string, Map<string, Counted>>();
  let touched: Counted[] = [];

  const keep = (counted: Counted): Counted => {
    const receivers = byRule.get(counted.rule) ?? new Map<string, Counted>();
    byRule.set(counted.rule, receivers.set(counted.receiver, counted));
    return counted;
  };
  const shelf = createShelf<Counted>('counters', {
    write: (counted) => asJson(snapshot(counted)),
    read: (value) => keep(countedOf(fromJson(value))),
  });

  /** The counters of a rule and receiver, about to change. */
  const touch = (rule: string, receiver: string): Counted => {
    const counted =
      byRule.get(rule)?.get(receiver) ?? keep(countedOf({ ...zero, muted: {}, rule, receiver }));
    shelf.put(counted.name, counted);
    if (counted.isTouched) return counted;
    counted.isTouched = true;
    touched.push(counted);
    return counted;
  };

  const hold = (carried: Carried, receiver: string, sign: 1 | -1): void => {
    for (const rule in carried) {
      const counted = touch(rule, receiver);
      const by = sign * (carried[rule] ?? 0);
      counted.held += by;
      counted.pending -= by;
    }
  };

  return {
    shelf,
    pending(carried, receiver) {
      for (const rule in carried) {
        const counted = touch(rule, receiver);
        const raises = carried[rule] ?? 0;
        counted.raised += raises;
        counted.pending += raises;
      }
    },
    held: (carried, receiver) => hold(carried, receiver, 1),
    unheld: (carried, receiver) => hold(carried, receiver, -1),
    muted(rule, receiver, reason) {
      const counted = touch(rule, receiver);
      counted.raised += 1;
      counted.muted[reason] = (counted.muted[reason] ?? 0) + 1;
    },
    ended(carried, receiver, ending) {
      for (const rule in carried) {
        const counted = touch(rule, receiver);
        const raises = carried[rule] ?? 0;
        counted.pending -= raises;
        counted[ending] += raises;
      }
    },
    touched() {
      if (touched.length === 0) return untouched;
      const changed = touched;
      touched = [];
      for (const counted of changed) counted.isTouched = false;
      return changed;
    },
    all: () =>
      [...shelf.values()]
        .map(snapshot)
        .sort((a, b) => compare(a.rule, b.rule) || compare(a.receiver, b.receiver)),
  };
}

const countedOf = (numbers: ReceiverCounters): Counted => ({
  rule: numbers.rule,
  receiver: numbers.receiver,
  name: JSON.stringify([numbers.rule, numbers.receiver]),
  raised: numbers.raised,
  delivered: numbers.delivered,
  joined: numbers.joined,
  muted: { ...numbers.muted },
  held: numbers.held,
  pending: numbers.pending,
  undelivered: numbers.undelivered,
  isTouched: false,
});

const snapshot = (counted: Counted): ReceiverCounters => ({
  raised: counted.raised,
  delivered: counted.delivered,
  joined: counted.joined,
  muted: { ...counted.muted },
  held: counted.held,
  pending: counted.pending,
  undelivered: counted.undelivered,
  rule: counted.rule,
  receiver: counted.receiver,
});

/** All that was muted, whatever the reason. */
export function mutedIn({ muted }: Pick<ReceiverCounters, 'muted'>): number {
  let sum = 0;
  for (const reason in muted) sum += muted[reason as MuteReason] ?? 0;
  return sum;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const zero = { raised: 0, delivered: 0, joined: 0, held: 0, pending: 0, undelivered: 0 };

/** What carries the raises of several notifications. */
export function mergeCarried(all: readonly Carried[]): Carried {
  const merged: { [rule: string]: number } = {};
  for (const carried of all) {
    for (const rule in carried) merged[rule] = (merged[rule] ?? 0) + (carried[rule] ?? 0);
  }
  return merged;
}
