import { createShelf, type Shelf } from './shelf.ts';

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
  readonly shelf: Shelf<ReceiverCounters>;
  /** Raises that are on their way now. */
  pending(carried: Carried, receiver: string): void;
  /** What was pending waits for others to go out with it, and no longer. */
  held(carried: Carried, receiver: string): void;
  unheld(carried: Carried, receiver: string): void;
  muted(rule: string, receiver: string, reason: MuteReason): void;
  /** What was pending ended. */
  ended(carried: Carried, receiver: string, ending: Ending): void;
  all(): readonly ReceiverCounters[];
  /** Those that changed since the last call. */
  touched(): readonly ReceiverCounters[];
}

export function createCounters(): Counters {
  const shelf = createShelf<ReceiverCounters>('counters', {
    write: ({ rule, receiver, ...numbers }) => ({ rule, receiver, ...numbers }),
    read: (value) => ({ ...(value as object as ReceiverCounters) }),
  });

  const touched = new Set<string>();

  const change = (
    rule: string,
    receiver: string,
    make: (old: ReceiverCounters) => Partial<ReceiverCounters>,
  ): void => {
    const key = JSON.stringify([rule, receiver]);
    const old = shelf.get(key) ?? { ...zero, rule, receiver };
    shelf.put(key, { ...old, ...make(old) });
    touched.add(key);
  };

  const hold = (carried: Carried, receiver: string, sign: 1 | -1): void => {
    for (const [rule, raises] of Object.entries(carried)) {
      const by = sign * raises;
      change(rule, receiver, ({ held, pending }) => ({ held: held + by, pending: pending - by }));
    }
  };

  return {
    shelf,
    pending(carried, receiver) {
      for (const [rule, raises] of Object.entries(carried)) {
        change(rule, receiver, (old) => ({ raised: old.raised + raises, pending: old.pending + raises }));
      }
    },
    held: (carried, receiver) => hold(carried, receiver, 1),
    unheld: (carried, receiver) => hold(carried, receiver, -1),
    muted: (rule, receiver, reason) =>
      change(rule, receiver, ({ raised, muted }) => ({
        raised: raised + 1,
        muted: { ...muted, [reason]: (muted[reason] ?? 0) + 1 },
      })),
    ended(carried, receiver, ending) {
      for (const [rule, raises] of Object.entries(carried)) {
        change(rule, receiver, (old) => ({ pending: old.pending - raises, [ending]: old[ending] + raises }));
      }
    },
    touched() {
      if (touched.size === 0) return [];
      const changed = [...touched].flatMap((key) => shelf.get(key) ?? []);
      touched.clear();
      return changed;
    },
    all: () => [...shelf.values()].sort((a, b) => compare(a.rule, b.rule) || compare(a.receiver, b.receiver)),
  };
}

/** All that was muted, whatever the reason. */
export const mutedIn = ({ muted }: Pick<ReceiverCounters, 'muted'>): number =>
  Object.values(muted).reduce((sum, count) => sum + count, 0);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const zero = { raised: 0, delivered: 0, joined: 0, muted: {}, held: 0, pending: 0, undelivered: 0 };

/** What carries the raises of several notifications. */
export function mergeCarried(all: readonly Carried[]): Carried {
  const merged: { [rule: string]: number } = {};
  for (const carried of all) {
    for (const [rule, raises] of Object.entries(carried)) merged[rule] = (merged[rule] ?? 0) + raises;
  }
  return merged;
}
