import type { Occurrence } from '../model/alert.ts';
import type { Rule } from '../model/program.ts';

/** Takes raises to the rules that listen to other rules. */
export interface Listening {
  raised(rule: string, occurrence: Occurrence): void;
  /**
   * Hands over what waits for rules whose place in the program is before `before` (absent: for all), in
   * rule order, and what comes of that. It ends, for no rule listens to itself, by however many others.
   */
  settle(before?: number): void;
}

interface Waiting {
  readonly index: number;
  readonly parts: readonly number[];
  readonly occurrence: Occurrence;
}

export function createListening(
  rules: readonly Rule[],
  hear: (index: number, parts: readonly number[], occurrence: Occurrence) => void,
): Listening {
  const listeners = listenersOf(rules);
  let waiting: Waiting[] = [];

  const next = (before: number): Waiting | undefined => {
    let first: Waiting | undefined;
    for (const one of waiting) if (first === undefined || one.index < first.index) first = one;
    return first === undefined || first.index >= before ? undefined : first;
  };

  return {
    raised(rule, occurrence) {
      for (const listener of listeners.get(rule) ?? []) waiting.push({ ...listener, occurrence });
    },
    settle(before = Infinity) {
      for (let one = next(before); one !== undefined; one = next(before)) {
        const { index, parts, occurrence } = one;
        waiting = waiting.filter((other) => other !== one);
        hear(index, parts, occurrence);
      }
    },
  };
}

/** By rule id: who listens, and as which of its parts. */
function listenersOf(rules: readonly Rule[]): ReadonlyMap<string, readonly Omit<Waiting, 'occurrence'>[]> {
  const listeners = new Map<string, { index: number; parts: number[] }[]>();
  for (const [index, { parts }] of rules.entries()) {
    for (const [part, each] of (parts ?? []).entries()) {
      if (each.type !== 'raises') continue;
      const list = listeners.get(each.rule) ?? [];
      const same = list.find((listener) => listener.index === index);
      if (same === undefined) list.push({ index, parts: [part] });
      else same.parts.push(part);
      listeners.set(each.rule, list);
    }
  }
  return listeners;
}
