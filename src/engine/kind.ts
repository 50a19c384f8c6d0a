import type { z } from 'zod';
import type { Occurrence } from '../model/alert.ts';
import type { Event } from '../model/event.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Fields, Rule } from '../model/program.ts';
import type { Instant, Millis } from '../model/time.ts';

/** An event that matched a rule's pattern and none of its exceptions. */
export interface Match {
  readonly event: Event;
  /** Named groups over the event's own fields: what an occurrence carries. */
  readonly fields: Fields;
  /** The values of the rule's key, in its order; a missing field gives an empty text. */
  readonly key: readonly string[];
  /** The value of any field, also of those of the event's head; undefined when there is none. */
  readonly value: (name: string) => string | undefined;
  /** The machine's clock. */
  readonly now: Instant;
}

/**
 * Why a match raised nothing. `window`: counted, the condition is not met yet; `excepted`: an `except`
 * pattern matched; `late`: too far behind the newest event of its key; `unkeyed`: the field that is
 * counted by `distinct` is missing.
 */
export type AbsorbReason = 'window' | 'excepted' | 'late' | 'unkeyed';

/** What a kind makes of a match: every match is one or the other, and counted as such. */
export type Verdict =
  | { readonly type: 'raise'; readonly occurrence: Occurrence }
  | { readonly type: 'absorb'; readonly reason: AbsorbReason };

/** State of one key of one rule. */
export interface KeyEntry<State> {
  readonly key: readonly string[];
  readonly name: string;
  /** Which entry of the machine it is, counted from its start: the order of age and of equal timers. */
  readonly order: number;
  state: State;
}

/** How a table writes, reads and wakes the state of a key. */
export interface KeyForm<State> {
  readonly write: (state: State) => Json;
  readonly read: (value: Json) => State;
  /** When the entry wants to be woken; a function of the state alone, so that a restart keeps it. */
  readonly due: (state: State) => Instant | undefined;
  /** The entry's time has come; afterwards it is gone unless its `due` is later than `now`. */
  readonly wake?: (entry: KeyEntry<State>, now: Instant) => void;
  /** The entry is the oldest of too many and is dropped. */
  readonly evicted?: (entry: KeyEntry<State>, now: Instant) => void;
}

/** The states of a rule by key, limited in number; written out row by row. */
export interface KeyTable<State> {
  readonly size: number;
  find(key: readonly string[]): KeyEntry<State> | undefined;
  /** The entry of a key, made if need be; the oldest one gives way when there are too many. */
  open(key: readonly string[], now: Instant, make: () => State): KeyEntry<State>;
  /** Says that the state was changed: it will be written out, and its time set anew. */
  touch(entry: KeyEntry<State>): void;
  drop(entry: KeyEntry<State>): void;
}

/** What a kind gets from the engine. */
export interface KindPorts {
  /** How far behind the newest event of its key an event may be. */
  readonly late: Millis;
  readonly table: <State>(form: KeyForm<State>) => KeyTable<State>;
}

/** One rule at work. */
export interface KindMachine {
  match(match: Match): Verdict;
}

/** One kind of rule: a row of the registry. */
export interface RuleKind {
  readonly kind: string;
  readonly summary: string;
  /** What a user writes under the kind's name; its output is `rule.options`. */
  readonly options: z.ZodType<JsonObject>;
  create(rule: Rule, ports: KindPorts): KindMachine;
}
