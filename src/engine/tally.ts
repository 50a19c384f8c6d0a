import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { AbsorbReason } from './kind.ts';

/** What became of a rule's matches since the ledger began: `matched = raised + absorbed`, always. */
export interface RuleCounters {
  readonly rule: string;
  readonly matched: number;
  readonly raised: number;
  readonly absorbed: { readonly [Reason in AbsorbReason]?: number };
  /** Matches cut off by the time limit; they count as no match. */
  readonly timedOut: number;
  /** Records it was not tried on, because it had been set aside. */
  readonly skipped: number;
  /** Keys that gave way because there were too many. */
  readonly evicted: number;
}

/** The counters of one rule. They outlive a change of the rule: their row carries no hash. */
export interface Tally {
  raised(): void;
  absorbed(reason: AbsorbReason): void;
  skipped(): void;
  /** Both give the new number. */
  timedOut(): number;
  evicted(): number;
  counters(): RuleCounters;
  /** Adds its row if it differs since the last call. */
  writeChanges(to: Row[]): void;
  restore(value: Json): void;
}

/** The key of the counters' row in the scope of its rule. */
export const TALLY_KEY = 'counters';

export function createTally(rule: string): Tally {
  let raised = 0;
  let absorbed: { [Reason in AbsorbReason]?: number } = {};
  let timedOut = 0;
  let skipped = 0;
  let evicted = 0;
  let dirty = false;

  const counters = (): RuleCounters => {
    const sum = Object.values(absorbed).reduce((total, count) => total + count, 0);
    return { rule, matched: raised + sum, raised, absorbed: { ...absorbed }, timedOut, skipped, evicted };
  };

  return {
    raised() {
      dirty = true;
      raised += 1;
    },
    absorbed(reason) {
      dirty = true;
      absorbed[reason] = (absorbed[reason] ?? 0) + 1;
    },
    timedOut() {
      dirty = true;
      return (timedOut += 1);
    },
    skipped() {
      dirty = true;
      skipped += 1;
    },
    evicted() {
      dirty = true;
      return (evicted += 1);
    },
    counters,
    writeChanges(to) {
      if (!dirty) return;
      dirty = false;
      const value = { raised, absorbed: { ...absorbed }, timedOut, skipped, evicted };
      to.push({ scope: rule, key: TALLY_KEY, value });
    },
    restore(value) {
      const row = value as Omit<RuleCounters, 'rule' | 'matched'>;
      ({ raised, timedOut, skipped = 0, evicted } = row);
      absorbed = { ...row.absorbed };
    },
  };
}
