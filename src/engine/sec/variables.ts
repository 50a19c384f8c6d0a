import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { BuiltIns } from './built-ins.ts';
import type { Clock } from './clock.ts';
import { createRowTracker } from './row-tracker.ts';

/** What an action list variable holds: text, or a reference of Perl that lives in the child. */
export type Value = string | { readonly ref: number };

/** The action list variables: global, by name without `%`. Unset and undefined are the same. */
export interface Variables {
  get(name: string): Value | undefined;
  set(name: string, value: Value | undefined): void;
  /** What stands for the variable in a text of a list whose `%s` is `desc`. */
  text(name: string, desc: string): string;
  /** SEC sets `t`, `u` and `s` before it fills in any text; conditions read them as variables. */
  refresh(desc: string): void;
  clear(): void;
  changes(): Row[];
  restore(name: string, value: Json): void;
}

interface Variable {
  readonly name: string;
  value: Value | undefined;
}

export function createVariables(clock: Clock, builtIns: BuiltIns, limit: number): Variables {
  const variables = new Map<string, Variable>();
  const tracker = createRowTracker<Variable>({
    key: ({ name }) => `variable/${name}`,
    value: ({ value }) => (typeof value === 'string' ? value : null),
  });

  const set = (name: string, value: Value | undefined): void => {
    const variable = variables.get(name) ?? { name, value: undefined };
    if (value === undefined) {
      variables.delete(name);
      tracker.forget(variable);
      return;
    }
    variable.value = typeof value === 'string' ? value.slice(0, limit) : value;
    variables.set(name, variable);
    tracker.touch(variable);
  };

  const timed = (name: string, desc: string): string | undefined =>
    name === 's' ? desc : name === 't' ? builtIns.time() : name === 'u' ? String(clock.now) : undefined;

  return {
    get: (name) => variables.get(name)?.value,
    set,
    text(name, desc) {
      const own = name.startsWith('.') ? builtIns.dotted(name) : timed(name, desc);
      if (own !== undefined) return own;
      const value = variables.get(name)?.value;
      return value === undefined ? '' : typeof value === 'string' ? value : 'CODE';
    },
    refresh(desc) {
      for (const name of ['t', 'u', 's']) {
        const old = variables.get(name)?.value;
        const value = timed(name, desc) ?? '';
        if (old !== value) set(name, value);
      }
    },
    clear() {
      for (const variable of variables.values()) tracker.forget(variable);
      variables.clear();
    },
    changes: tracker.changes,
    restore(name, value) {
      if (typeof value !== 'string') return;
      const variable = { name, value };
      variables.set(name, variable);
      tracker.restored(variable);
    },
  };
}
