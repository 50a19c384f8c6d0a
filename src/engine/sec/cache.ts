import type { MatchVariables } from './bindings.ts';

/** The pattern match cache: what named matches of the event under way gave. */
export interface Cache {
  get(entry: string): MatchVariables | undefined;
  set(entry: string, variables: MatchVariables): void;
  /** The value of `:ENTRY:NAME`, the form in which templates name it. */
  member(name: string): string | null | undefined;
  clear(): void;
}

export function createCache(): Cache {
  const entries = new Map<string, MatchVariables>();
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
  };
}
