import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { MatchVariables } from './bindings.ts';
import { SCOPE } from './row-tracker.ts';

/** The pattern match cache: what named matches of the event handled last gave. */
export interface Cache {
  get(entry: string): MatchVariables | undefined;
  set(entry: string, variables: MatchVariables): void;
  /** The value of `:ENTRY:NAME`, the form in which templates name it. */
  member(name: string): string | null | undefined;
  clear(): void;
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[]): void;
}

/** Its row: lists that run between two lines still see what the last one left. */
const KEY = 'cache';

type Written = readonly (readonly [
  entry: string,
  variables: readonly (readonly [string, string | null])[],
])[];

export function createCache(): Cache {
  const entries = new Map<string, MatchVariables>();
  let written = '[]';
  return {
    get: (entry) => entries.get(entry),
    set: (entry, variables) => void entries.set(entry, variables),
    member(name) {
      const [, entry = '', member = ''] = name.split(':');
      return entries.get(entry)?.get(member);
    },
    clear() {
      if (entries.size > 0) entries.clear();
    },
    changes() {
      const value = Array.from(entries, ([entry, variables]) => [entry, [...variables]]);
      const now = JSON.stringify(value);
      if (now === written) return [];
      written = now;
      return [{ scope: SCOPE, key: KEY, ...(value.length > 0 && { value }) }];
    },
    restore(rows) {
      for (const [key, value] of rows) {
        if (key !== KEY) continue;
        written = JSON.stringify(value);
        for (const [entry, variables] of value as Written) entries.set(entry, new Map(variables));
      }
    },
  };
}
