import type { z } from 'zod';
import type { Occurrence } from '../model/alert.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Rule, Severity } from '../model/program.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import type { MatchForm } from './match-form.ts';

/** What a kind knows of a raise beyond its last match; `fields` go over those of the match. */
export type Known = Partial<Pick<Occurrence, 'count' | 'first' | 'last' | 'window' | 'distinct' | 'fields'>>;

/** What reached a rule: an event that fits its pattern and none of its exceptions, or another rule's raise. */
export interface Match {
  /** Which of the rule's parts it is, ascending; [0] for a rule that looks for one thing. */
  readonly parts: readonly number[];
  /** The event's own time. */
  readonly at: Instant;
  /** The values of the rule's key, in its order; a missing field gives an empty text. */
  readonly key: readonly string[];
  /** The message text; of a raise, the line behind it. */
  readonly text: string;
  /** What the patterns found by name (of a raise, all its fields): what state keeps of it. */
  readonly groups: () => JsonObject;
  /** The value of any field, also of those of the event's head; undefined when there is none. */
  readonly value: (name: string) => string | undefined;
  /** The occurrence of this match alone, or with what its kind knows beyond that. */
  readonly occurrence: (known?: Known) => Occurrence;
  /** The machine's clock. */
  readonly now: Instant;
  /** From when to measure what the match begins: another source that is behind may hold `now` back. */
  readonly reached: Instant;
}

/**
 * Why a match raised nothing. `window`: counted, the condition is not met yet; `excepted`: an `except`
 * pattern matched; `late`: too far behind the newest event of its key; `unkeyed`: the field that is
 * counted by `distinct` is missing; `unless`, `when`: a context forbids it; `step`: part of what is not
 * complete; `waiting`: a wait begins, or is under way; `expected`: what was waited for; `alive`: a sign
 * of life; `learning`: nothing is said yet; `known`: seen before; `usual`: no more than usual.
 */
export type AbsorbReason =
  | 'window'
  | 'excepted'
  | 'late'
  | 'unkeyed'
  | 'unless'
  | 'when'
  | 'step'
  | 'waiting'
  | 'expected'
  | 'alive'
  | 'learning'
  | 'known'
  | 'usual';

/** What a kind makes of a match: every match is one or the other, and counted as such. */
export type Verdict =
  | { readonly type: 'raise'; readonly occurrence: Occurrence }
  | { readonly type: 'absorb'; readonly reason: AbsorbReason };

const absorbed = new Map<AbsorbReason, Verdict>();

/** A verdict that raises nothing; the same one for the same reason, for most verdicts are such. */
export function absorb(reason: AbsorbReason): Verdict {
  const known = absorbed.get(reason);
  if (known !== undefined) return known;
  const verdict: Verdict = { type: 'absorb', reason };
  absorbed.set(reason, verdict);
  return verdict;
}

/** State of one key of one rule. */
export interface KeyEntry<State> {
  /** Which entry of the machine it is, counted from its start: the order of age and of equal timers. */
  readonly order: number;
  state: State;
}

/** The time of an entry that stays until it is dropped. */
export const never = instant(Infinity);

/** How a table writes, reads and wakes the state of a key. */
export interface KeyForm<State> {
  readonly write: (state: State) => Json;
  readonly read: (value: Json) => State;
  /**
   * When the entry wants to be woken; a function of the state alone (and of older entries of the same
   * rule), so that a restart keeps it. `never`: it stays.
   */
  readonly due: (state: State) => Instant;
  /** No change of a state makes its `due` earlier: then it need not be asked each time. */
  readonly onlyLater?: true;
  /** The entry's time has come; afterwards it is gone unless its `due` is later than `now`. */
  readonly wake?: (entry: KeyEntry<State>, now: Instant, key: readonly string[]) => void;
  /** The entry is the oldest of too many and is dropped. */
  readonly evicted?: (entry: KeyEntry<State>, now: Instant, key: readonly string[]) => void;
}

/** The states of a rule by key, limited in number; written out row by row. All its keys have as many values. */
export interface KeyTable<State> {
  readonly size: number;
  find(key: readonly string[]): KeyEntry<State> | undefined;
  /** The entry of a key, made if need be; the oldest one gives way when there are too many. */
  open(key: readonly string[], now: Instant, make: () => State): KeyEntry<State>;
  /** Says that the state was changed: it will be written out, and its time set anew. */
  touch(entry: KeyEntry<State>): void;
  drop(entry: KeyEntry<State>): void;
  /** Asks every entry anew when it wants to be woken. */
  reschedule(): void;
}

/** What a kind gets from the engine. */
export interface KindPorts {
  /** How far behind the newest event of its key an event may be. */
  readonly late: Millis;
  /** A table of its own; each further one of a rule needs a name. */
  readonly table: <State>(form: KeyForm<State>, name?: string) => KeyTable<State>;
  /**
   * Raises because a timer came due, which counts as a match; false: a context forbids it, and it was
   * absorbed.
   */
  readonly fire: (key: readonly string[], occurrence: Occurrence, now: Instant) => boolean;
  /** Counts something that had to go because there was too much of it; `what` says what, and of how many. */
  readonly gaveWay: (what: string) => void;
  /** Says that what was raised for a key is over; `why` is a sentence. */
  readonly clear: (key: readonly string[], why: string, now: Instant) => void;
}

/** One rule at work. */
export interface KindMachine {
  match(match: Match): Verdict;
  /**
   * Whether all sources of the rule are open and read to their end, and no other holds the clock back. Told
   * when the clock first runs, after each restart, and when a source's state changes: often without being
   * news.
   */
  sources?(areAtEnd: boolean, now: Instant): void;
  /** Parts that contexts do not hold back: what ends a wait ends it at any time. */
  readonly ungated?: readonly number[];
}

/** Something a rule of a kind looks for, as the user wrote it. */
export type PartForm =
  /** What stands under `match` at the rule; `optional`: without it every line. */
  | { readonly type: 'own'; readonly optional?: true }
  /** Another form of match; `path` leads to it from the kind's options. */
  | { readonly type: 'lines'; readonly path: readonly (string | number)[]; readonly form: MatchForm }
  | { readonly type: 'raises'; readonly path: readonly (string | number)[]; readonly rule: string };

/** A mistake at a place of the options. */
export interface OptionMistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
}

/** One kind of rule: a row of the registry. */
export interface RuleKind {
  readonly kind: string;
  readonly summary: string;
  /** What a user writes under the kind's name; its output is `rule.options`. */
  readonly options: z.ZodType<JsonObject>;
  /** Keys that stand beside the kind's name; they go into `rule.options` too. */
  readonly beside?: z.ZodRawShape;
  /** Options of a rule that says nothing about them, from the configuration around it. */
  defaults?(around: { readonly zone: string }): JsonObject;
  /** What is wrong with options that are right one by one; `key`: the names of the rule's key. */
  check?(options: JsonObject, key: readonly string[]): readonly OptionMistake[];
  /** What rules of this kind look for; absent: what stands under `match`. */
  parts?(options: JsonObject): readonly PartForm[];
  /** How long an open alert is silent where `quiet` says nothing. */
  quiet?(options: JsonObject): Millis;
  /** How bad its alerts are where the rule says nothing; absent: as bad as those of other kinds. */
  readonly severity?: Severity;
  /** Fields that its raises have beside those of their lines. */
  readonly gives?: readonly string[];
  /** Its rules say themselves when what they raised is over. */
  readonly clears?: true;
  create(rule: Rule, ports: KindPorts): KindMachine;
}

/** A row of the registry with its options as its own schema gives them. */
export interface KindRow<Options extends JsonObject> extends Omit<
  RuleKind,
  'options' | 'check' | 'parts' | 'quiet' | 'create'
> {
  readonly options: z.ZodType<Options>;
  check?(options: Options, key: readonly string[]): readonly OptionMistake[];
  parts?(options: Options): readonly PartForm[];
  quiet?(options: Options): Millis;
  create(options: Options, ports: KindPorts, rule: Rule): KindMachine;
}

/** Makes a row of the registry. */
export function ruleKind<Options extends JsonObject>(row: KindRow<Options>): RuleKind {
  const { check, parts, quiet, create, ...rest } = row;
  // Options are the parsed output of the row's schema: the rule was checked against it when it was loaded.
  return {
    ...rest,
    ...(check === undefined ? {} : { check: (options, key) => check(options as Options, key) }),
    ...(parts === undefined ? {} : { parts: (options) => parts(options as Options) }),
    ...(quiet === undefined ? {} : { quiet: (options) => quiet(options as Options) }),
    create: (rule, ports) => create(rule.options as Options, ports, rule),
  };
}
