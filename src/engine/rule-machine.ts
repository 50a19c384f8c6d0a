import type { Draft } from '../kit/draft.ts';
import { isMilestone } from '../kit/milestone.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Event } from '../model/event.ts';
import type { Signal } from '../model/intent.ts';
import type { Row } from '../model/machine.ts';
import type { AlertAction, Fields, Rule } from '../model/program.ts';
import type { Instant, Millis } from '../model/time.ts';
import { clearForm, watchMatch, type ClearCondition, type ClearState } from './clear.ts';
import type { NativeRule } from './compile.ts';
import type { Contexts } from './contexts.ts';
import { createKeyTable, type StoredTable, type TableShare } from './key-table.ts';
import type { KeyForm, KeyTable, Known, Match } from './kind.ts';
import { lookUpIn, makeMatch, matchOfRaise } from './occurrence.ts';
import { createQuarantine, QUARANTINE_KEY } from './quarantine.ts';
import { createTally, type RuleCounters } from './tally.ts';

/** A raise without its place among the raises of its input. */
export type Raise = Omit<Extract<Effect, { type: 'raise' }>, 'seq' | 'ordinal'>;

/** Something to be done, without its place among those of its input. */
export type Wanted = Omit<Extract<Effect, { type: 'do' }>, 'type' | 'seq' | 'ordinal'>;

/** Where a rule's effects go. */
export interface EffectPorts {
  readonly raise: (raise: Raise) => void;
  readonly effect: (effect: Effect) => void;
  /** Something is to be done in the world. */
  readonly do: (wanted: Wanted) => void;
  /** A rule raised, once however many alerts it asks for: other rules may listen to it. */
  readonly raised: (rule: string, occurrence: Occurrence) => void;
}

/** What a rule gets from the engine. */
export interface RuleSurroundings {
  readonly share: TableShare;
  readonly contexts: Contexts;
  readonly late: Millis;
  readonly ports: EffectPorts;
}

/** A file that a rule wants read besides the sources of the configuration, as source `source`. */
export interface RuleInput {
  readonly source: string;
  /** A byte string. */
  readonly file: string;
  readonly offset: number | 'end';
}

/** One rule of the program at work: patterns, exceptions, contexts, kind, clear. */
export interface RuleMachine {
  readonly rule: Rule;
  take(event: Event, now: Instant): void;
  /** Another rule raised, which is one or several of this rule's parts. */
  hear(parts: readonly number[], occurrence: Occurrence, now: Instant): void;
  /**
   * Whether all of its sources are open and read to their end, and whether any source at all still reads
   * what was there before, so that the clock is not the wall.
   */
  sources(areAtEnd: boolean, clockIsHeld: boolean, now: Instant): void;
  /** What came of its commands, and signals; absent: it has no use for them. */
  commandOutput?(child: string, text: string, now: Instant): void;
  commandFinished?(child: string, exit: number | undefined, now: Instant): void;
  heed?(signal: Signal, now: Instant): void;
  /** Inputs that it added while it ran; absent: it cannot. */
  inputs?(): readonly RuleInput[];
  evicted(now: Instant): void;
  counters(): RuleCounters;
  /** Adds its rows that differ since the last call. */
  writeChanges(to: Row[]): void;
  /** Takes one of its rows; the caller has looked at the hash. */
  restore(row: Required<Pick<Row, 'key' | 'value'>>): void;
}

type Line = NativeRule['lines'][number];

type Clearing = { readonly condition: ClearCondition; readonly table: KeyTable<ClearState> };

export function createRuleMachine(
  compiled: NativeRule,
  { share, contexts, late, ports }: RuleSurroundings,
): RuleMachine {
  const { rule, kind, lines, except } = compiled;
  /** Most rules look for one form of line. */
  const only = lines.length === 1 ? lines[0] : undefined;
  const alerts = rule.actions.filter((action): action is AlertAction => action.type === 'alert');
  const tally = createTally(rule.id);
  const quarantine = createQuarantine();
  const tables = new Map<string, StoredTable<never>>();

  const tableAt = <State>(prefix: string, form: KeyForm<State>): KeyTable<State> => {
    const table = createKeyTable({ scope: rule.id, hash: rule.hash, prefix }, form, share);
    // Rows are untyped JSON: from here on a table is only written out and filled.
    tables.set(prefix, table as StoredTable<never>);
    return table;
  };

  const clear = (key: readonly string[], why: string, now: Instant): void =>
    ports.effect({ type: 'clear', rule: rule.id, key, now, why });

  const note = (code: string, text: string): void =>
    ports.effect({ type: 'note', rule: rule.id, code, text });

  const cutOff = (event: Event, now: Instant): void => {
    const times = tally.timedOut();
    if (isMilestone(times))
      note('match-timed-out', `a match of rule ${rule.id} was cut off (${times} so far)`);
    const until = quarantine.cutOff(now);
    if (until !== undefined) setAside(event, now);
  };

  /** Said in the log with the rule's place, and to whoever hears of alerts: the rule watches nothing now. */
  const setAside = (event: Event, now: Instant): void => {
    const { file, line, column } = rule.origin;
    const text = `rule ${rule.id} is set aside for ten minutes: its matches were cut off again and again`;
    note('rule-quarantined', `${file}:${line}:${column}: ${text}`);
    ports.raise({
      type: 'raise',
      rule: 'sentinel/rule-quarantined',
      key: [rule.id],
      severity: 'warning',
      occurrence: {
        count: 1,
        first: now,
        last: now,
        fields: { rule: rule.id },
        program: 'bird-sentinel',
        source: event.source,
        stream: event.stream,
        offset: event.offset,
        line: text,
      },
      now,
    });
  };

  const raise = (key: readonly string[], occurrence: Occurrence, now: Instant, reached: Instant): void => {
    tally.raised();
    for (const { severity, quiet, clear: condition } of alerts) {
      const made: Draft<Raise> = { type: 'raise', rule: rule.id, key, severity, occurrence, now };
      if (quiet !== undefined) made.quiet = quiet;
      if (condition !== undefined || kind.clears !== undefined) made.clears = true;
      ports.raise(made);
    }
    const set = rule.contexts?.set;
    if (set !== undefined) contexts.set(set, lookUpIn(occurrence), reached);
    ports.raised(rule.id, occurrence);
  };

  const watch = (key: readonly string[], seen: Instant, raises: boolean): void => {
    for (const { table, condition } of clearing) watchMatch(table, condition, key, seen, raises);
  };

  const fire = (key: readonly string[], occurrence: Occurrence, now: Instant): boolean => {
    const forbidden = contexts.forbids(rule.contexts, lookUpIn(occurrence), now);
    if (forbidden !== undefined) {
      tally.absorbed(forbidden);
      return false;
    }
    raise(key, occurrence, now, now);
    watch(key, now, true);
    return true;
  };

  const gaveWay = (what: string): void => {
    const times = tally.evicted();
    if (isMilestone(times))
      note('gave-way', `rule ${rule.id} has more than ${what} gave way (${times} so far)`);
  };

  const machine = kind.create(rule, {
    late,
    table: (form, name = '') => tableAt(name, form),
    fire,
    gaveWay,
    clear,
  });
  const clearing = alerts.flatMap(({ clear: condition }, index): Clearing[] =>
    condition === undefined
      ? []
      : [{ condition, table: tableAt(`clear${index}`, clearForm(condition, clear)) }],
  );

  const isExempt = (event: Event, captured: Fields, now: Instant): boolean => {
    if (except.length === 0) return false;
    for (const one of except) {
      const outcome = one.match(event, captured);
      if (outcome === 'timedOut') cutOff(event, now);
      else if (outcome !== undefined) return true;
    }
    return false;
  };

  const isGated = ({ parts }: Match): boolean =>
    machine.ungated === undefined || !parts.some((part) => machine.ungated?.includes(part));

  const correlate = (match: Match): void => {
    const forbidden = isGated(match) ? contexts.forbids(rule.contexts, match.value, match.now) : undefined;
    if (forbidden !== undefined) return tally.absorbed(forbidden);
    const verdict = machine.match(match);
    const raises = verdict.type === 'raise';
    if (raises) raise(match.key, verdict.occurrence, match.now, match.reached);
    else tally.absorbed(verdict.reason);
    watch(match.key, match.reached, raises);
  };

  const matchOf = ({ matcher, parts }: Line, event: Event, now: Instant): Match | 'excepted' | undefined => {
    const captured = matcher.match(event);
    if (captured === undefined) return undefined;
    if (captured === 'timedOut') {
      cutOff(event, now);
      return undefined;
    }
    return isExempt(event, captured, now) ? 'excepted' : makeMatch(rule, event, captured, parts, now);
  };

  /** What the event is to a rule of several lines: one match for each key that its parts give. */
  const matchesOf = (event: Event, now: Instant): readonly Match[] => {
    const matches: Match[] = [];
    let excepted = false;
    for (const line of lines) {
      const match = matchOf(line, event, now);
      if (match === 'excepted') excepted = true;
      else if (match !== undefined) addMatch(matches, match);
    }
    if (excepted && matches.length === 0) tally.absorbed('excepted');
    return matches;
  };

  return {
    rule,
    take(taken, now) {
      if (rule.from !== undefined && !rule.from.includes(taken.source)) return;
      if (quarantine.isOn(now)) return tally.skipped();
      const event = rule.time === 'received' ? { ...taken, at: taken.receivedAt } : taken;
      if (only === undefined) {
        for (const match of matchesOf(event, now)) correlate(match);
        return;
      }
      const match = matchOf(only, event, now);
      if (match === 'excepted') tally.absorbed('excepted');
      else if (match !== undefined) correlate(match);
    },
    hear: (parts, occurrence, now) => correlate(matchOfRaise(rule, occurrence, parts, now)),
    sources: (areAtEnd, clockIsHeld, now) => machine.sources?.(areAtEnd && !clockIsHeld, now),
    evicted() {
      const keys = tally.evicted();
      if (!isMilestone(keys)) return;
      note(
        'keys-per-rule',
        `rule ${rule.id} has more than ${share.limit} keys: the oldest gave way (${keys} so far)`,
      );
    },
    counters: tally.counters,
    writeChanges(to) {
      tally.writeChanges(to);
      quarantine.writeChanges(to, rule.id, rule.hash);
      for (const table of tables.values()) table.writeChanges(to);
    },
    restore({ key, value }) {
      const split = key.indexOf('[');
      if (key === QUARANTINE_KEY) quarantine.restore(value);
      else if (split < 0) tally.restore(value);
      else tables.get(key.slice(0, split))?.restore(key.slice(split), value);
    },
  };
}

/** Parts that give the same key are one match, with what all of them found. */
function addMatch(matches: Match[], match: Match): void {
  if (matches.length === 0) return void matches.push(match);
  const name = JSON.stringify(match.key);
  const index = matches.findIndex((other) => JSON.stringify(other.key) === name);
  const same = matches[index];
  if (same === undefined) matches.push(match);
  else matches[index] = joined(same, match);
}

function joined(a: Match, b: Match): Match {
  const occurrence = (known?: Known): Occurrence => ({
    ...a.occurrence(known),
    fields: { ...a.occurrence().fields, ...b.groups(), ...known?.fields },
  });
  return {
    ...a,
    parts: [...a.parts, ...b.parts],
    groups: () => ({ ...a.groups(), ...b.groups() }),
    value: (name) => b.value(name) ?? a.value(name),
    occurrence,
  };
}
