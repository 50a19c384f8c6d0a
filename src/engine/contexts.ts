import type { Row } from '../model/machine.ts';
import type { Json } from '../model/json.ts';
import type { ContextSwitch, Program, RuleContexts } from '../model/program.ts';
import { after, instant, latest, type Instant } from '../model/time.ts';
import { createKeyTable, type TableShare } from './key-table.ts';

/** What a line, a raise or a timer has under the name of a field. */
export type FieldLookUp = (name: string) => string | undefined;

/** The state between rules: names that are on until their time is over. */
export interface Contexts {
  /** Switches a context on for `life` from `now`; one that is on longer stays on. */
  set(what: ContextSwitch, value: FieldLookUp, now: Instant): void;
  /** Which of a rule's conditions does not hold; undefined: all do. */
  forbids(
    contexts: RuleContexts | undefined,
    value: FieldLookUp,
    now: Instant,
  ): 'unless' | 'when' | undefined;
  /** Adds the rows that differ since the last call. */
  writeChanges(to: Row[]): void;
  restore(name: string, value: Json): void;
}

/** No context is on. `scope` and `prefix` are where their rows lie; `rules` say by which fields they are on. */
export function createContexts(
  scope: string,
  prefix: string,
  share: TableShare,
  rules: Program['rules'],
): Contexts {
  const table = createKeyTable<{ until: Instant }>(
    { scope, prefix },
    {
      due: ({ until }) => until,
      write: ({ until }) => until,
      read: (value) => ({ until: instant(Number(value)) }),
    },
    share,
  );
  const forms = formsOf(rules);
  // Asked by time and not by presence: what else is due at the same moment may come before or after.
  const isOn = (name: string, value: FieldLookUp, now: Instant): boolean =>
    (forms.get(name) ?? [[]]).some((key) => (table.find(rowOf(name, key, value))?.state.until ?? 0) > now);

  return {
    set({ context, life, key = [] }, value, now) {
      const entry = table.open(rowOf(context, key, value), now, () => ({ until: now }));
      entry.state.until = latest(entry.state.until, after(now, life));
      table.touch(entry);
    },
    forbids(contexts, value, now) {
      if (contexts === undefined) return undefined;
      if (contexts.unless.some((name) => isOn(name, value, now))) return 'unless';
      return contexts.when.every((name) => isOn(name, value, now)) ? undefined : 'when';
    },
    writeChanges: table.writeChanges,
    restore: table.restore,
  };
}

const rowOf = (name: string, key: readonly string[], value: FieldLookUp): readonly string[] => [
  name,
  ...key.map((field) => value(field) ?? ''),
];

/** By which fields each context is switched on: rules may do it in several ways. */
function formsOf(rules: Program['rules']): ReadonlyMap<string, readonly (readonly string[])[]> {
  const forms = new Map<string, (readonly string[])[]>();
  for (const { contexts } of rules) {
    if (contexts?.set === undefined) continue;
    const { context, key = [] } = contexts.set;
    const known = forms.get(context) ?? [];
    if (!known.some((one) => one.join('\n') === key.join('\n'))) forms.set(context, [...known, key]);
  }
  return forms;
}
