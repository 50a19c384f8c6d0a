import { isMilestone } from '../kit/milestone.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Event } from '../model/event.ts';
import type { Row } from '../model/machine.ts';
import type { AlertAction, Fields, Rule } from '../model/program.ts';
import { latest, type Instant, type Millis } from '../model/time.ts';
import { clearForm, watchMatch, type ClearCondition, type ClearState } from './clear.ts';
import type { CompiledRule } from './compile.ts';
import { createKeyTable, type StoredTable, type TableShare } from './key-table.ts';
import type { AbsorbReason, KeyForm, KeyTable } from './kind.ts';
import { makeMatch, withCaptured } from './occurrence.ts';
import { createTally, type RuleCounters } from './tally.ts';

/** A raise without its place among the raises of its input. */
export type Raise = Omit<Extract<Effect, { type: 'raise' }>, 'seq' | 'ordinal'>;

/** Where a rule's effects go. */
export interface EffectPorts {
  readonly raise: (raise: Raise) => void;
  readonly effect: (effect: Effect) => void;
}

/** One rule of the program at work: pattern, exceptions, kind, clear. */
export interface RuleMachine {
  readonly rule: Rule;
  take(event: Event, now: Instant): void;
  evicted(now: Instant): void;
  counters(): RuleCounters;
  changes(): Row[];
  /** Takes one of its rows; the caller has looked at the hash. */
  restore(row: Required<Pick<Row, 'key' | 'value'>>): void;
}

type Clearing = { readonly condition: ClearCondition; readonly table: KeyTable<ClearState> };

export function createRuleMachine(
  compiled: CompiledRule,
  share: TableShare,
  late: Millis,
  ports: EffectPorts,
): RuleMachine {
  const { rule, kind, matcher, except } = compiled;
  const alerts = rule.actions.filter((action): action is AlertAction => action.type === 'alert');
  const tally = createTally(rule.id);
  const tables = new Map<string, StoredTable<never>>();

  const tableAt = <State>(prefix: string, form: KeyForm<State>): KeyTable<State> => {
    const table = createKeyTable({ scope: rule.id, hash: rule.hash, prefix }, form, share);
    // Rows are untyped JSON: from here on a table is only written out and filled.
    tables.set(prefix, table as StoredTable<never>);
    return table;
  };

  const machine = kind.create(rule, { late, table: (form) => tableAt('', form) });
  const clearing = alerts.flatMap(({ clear: condition }, index): Clearing[] => {
    if (condition === undefined) return [];
    const form = clearForm(condition, (key, now, why) =>
      ports.effect({ type: 'clear', rule: rule.id, key, now, why }),
    );
    return [{ condition, table: tableAt(`clear${index}`, form) }];
  });

  const note = (code: string, text: string): void =>
    ports.effect({ type: 'note', rule: rule.id, code, text });

  const cutOff = (): void => {
    const times = tally.timedOut();
    if (isMilestone(times))
      note('match-timed-out', `a match of rule ${rule.id} was cut off (${times} so far)`);
  };

  const raise = (key: readonly string[], occurrence: Occurrence, now: Instant): void => {
    for (const { severity, quiet, clear } of alerts) {
      ports.raise({
        type: 'raise',
        rule: rule.id,
        key,
        severity,
        occurrence,
        ...(quiet === undefined ? {} : { quiet }),
        ...(clear === undefined ? {} : { clears: true }),
        now,
      });
    }
  };

  const exempt = (event: Event, captured: Fields): boolean => {
    if (except.length === 0) return false;
    const asked = withCaptured(event, captured);
    return except.some((one) => {
      const outcome = one.match(asked);
      if (outcome === 'timedOut') cutOff();
      return outcome !== undefined && outcome !== 'timedOut';
    });
  };

  const absorb = (reason: AbsorbReason): void => tally.absorbed(reason);

  const correlate = (event: Event, captured: Fields, now: Instant): void => {
    const match = makeMatch(rule, event, captured, now);
    const verdict = machine.match(match);
    const raises = verdict.type === 'raise';
    if (raises) {
      tally.raised();
      raise(match.key, verdict.occurrence, now);
    } else absorb(verdict.reason);
    // The clock may be held back by another source that is behind: this line is not as old as that.
    const seen = latest(now, event.at);
    for (const { table, condition } of clearing) watchMatch(table, condition, match.key, seen, raises);
  };

  return {
    rule,
    take(taken, now) {
      if (rule.from !== undefined && !rule.from.includes(taken.source)) return;
      const event = rule.time === 'received' ? { ...taken, at: taken.receivedAt } : taken;
      const captured = matcher.match(event);
      if (captured === undefined) return;
      if (captured === 'timedOut') cutOff();
      else if (exempt(event, captured)) absorb('excepted');
      else correlate(event, captured, now);
    },
    evicted() {
      const keys = tally.evicted();
      if (!isMilestone(keys)) return;
      note(
        'keys-per-rule',
        `rule ${rule.id} has more than ${share.limit} keys: the oldest gave way (${keys} so far)`,
      );
    },
    counters: tally.counters,
    changes: () => [...tally.changes(), ...[...tables.values()].flatMap((table) => table.changes())],
    restore({ key, value }) {
      const split = key.indexOf('[');
      if (split < 0) tally.restore(value);
      else tables.get(key.slice(0, split))?.restore(key.slice(split), value);
    },
  };
}
