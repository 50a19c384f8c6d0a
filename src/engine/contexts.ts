import type { Row } from '../model/machine.ts';
import type { Json } from '../model/json.ts';
import type { RuleContexts } from '../model/program.ts';
import { after, instant, latest, type Instant, type Millis } from '../model/time.ts';
import { createKeyTable, type TableShare } from './key-table.ts';

/** The state between rules: names that are on until their time is over. */
export interface Contexts {
  /** Switches a context on for `life` from `now`; one that is on longer stays on. */
  set(name: string, life: Millis, now: Instant): void;
  /** Which of a rule's conditions does not hold; undefined: all do. */
  forbids(contexts: RuleContexts | undefined, now: Instant): 'unless' | 'when' | undefined;
  /** Adds the rows that differ since the last call. */
  writeChanges(to: Row[]): void;
  restore(name: string, value: Json): void;
}

/** No context is on. `scope` and `prefix` are where their rows lie. */
export function createContexts(scope: string, prefix: string, share: TableShare): Contexts {
  const table = createKeyTable<{ until: Instant }>(
    { scope, prefix },
    {
      due: ({ until }) => until,
      write: ({ until }) => until,
      read: (value) => ({ until: instant(Number(value)) }),
    },
    share,
  );
  // Asked by time and not by presence: what else is due at the same moment may come before or after.
  const isOn = (name: string, now: Instant): boolean => (table.find([name])?.state.until ?? 0) > now;

  return {
    set(name, life, now) {
      const entry = table.open([name], now, () => ({ until: now }));
      entry.state.until = latest(entry.state.until, after(now, life));
      table.touch(entry);
    },
    forbids(contexts, now) {
      if (contexts === undefined) return undefined;
      if (contexts.unless.some((name) => isOn(name, now))) return 'unless';
      return contexts.when.every((name) => isOn(name, now)) ? undefined : 'when';
    },
    writeChanges: table.writeChanges,
    restore: table.restore,
  };
}
