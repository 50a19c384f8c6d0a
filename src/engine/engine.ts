import { createAgenda } from '../kit/heap.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Effect, EngineInput } from '../model/effect.ts';
import type { Machine, Row } from '../model/machine.ts';
import type { Program } from '../model/program.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import { compileRules } from './compile.ts';
import { orderOf, type TableShare, type Wakeable } from './key-table.ts';
import { createRuleMachine, type Raise } from './rule-machine.ts';
import type { RuleCounters } from './tally.ts';

export type { RuleCounters } from './tally.ts';

export interface EngineOptions {
  readonly match: MatchPorts;
  readonly limits: { readonly keysPerRule: number };
  /** How far behind the newest event of its key an event may be and still count. */
  readonly late: Millis;
}

/** State that a restart could not carry over, because its rule changed or is gone. */
export interface DroppedState {
  readonly rule: string;
  readonly rows: number;
  readonly why: 'changed' | 'gone';
}

/** Correlates events into effects. It reads no clock: `now` comes with each input and never goes back. */
export interface Engine extends Machine<EngineInput, Effect> {
  /** Mistakes that keep a rule from working; such a rule matches nothing. */
  readonly diagnostics: readonly Diagnostic[];
  /** The machine's clock. */
  now(): Instant;
  /** One per rule, in the program's order. */
  counters(): readonly RuleCounters[];
  /** What `restore` left out. */
  dropped(): readonly DroppedState[];
}

/** The engine's own row: its clock and how many keys it ever made. */
const OWN_SCOPE = '';
const CLOCK_KEY = 'clock';

export function createEngine(program: Program, options: EngineOptions): Engine {
  let now = instant(0);
  let made = 0;
  let clockIsDirty = false;
  let seq = 0;
  let ordinal = 0;
  let effects: Effect[] = [];
  const dropped = new Map<string, DroppedState>();
  let forgotten: Row[] = [];
  const agenda = createAgenda<Wakeable>();
  const { rules, diagnostics } = compileRules(program, options.match);

  const share: TableShare = {
    agenda,
    limit: options.limits.keysPerRule,
    nextOrder: () => {
      clockIsDirty = true;
      return (made += 1);
    },
    onEvicted: (scope) => byId.get(scope)?.evicted(now),
  };
  const ports = {
    effect: (effect: Effect) => void effects.push(effect),
    raise: (raise: Raise) => {
      effects.push({ ...raise, seq, ordinal });
      ordinal += 1;
    },
  };
  const machines = rules.map((rule) =>
    rule === undefined ? undefined : createRuleMachine(rule, share, options.late, ports),
  );
  const byId = new Map(
    machines.flatMap((machine) => (machine === undefined ? [] : [[machine.rule.id, machine]])),
  );

  /** Fires what is due up to `to`, in order, each at its own time. */
  const advance = (to: Instant): void => {
    for (let due = agenda.take(to); due !== undefined; due = agenda.take(to)) {
      setClock(instant(due.due));
      due.item.wake(now);
    }
    setClock(to);
  };

  const setClock = (to: Instant): void => {
    if (to <= now) return;
    now = to;
    clockIsDirty = true;
  };

  /** Rows that `restore` left out are gone for good. */
  const forgottenRows = (): Row[] => {
    const rows = forgotten;
    forgotten = [];
    return rows;
  };

  const dirtyClock = (): Row[] => {
    if (!clockIsDirty) return [];
    clockIsDirty = false;
    return [{ scope: OWN_SCOPE, key: CLOCK_KEY, value: [now, made] }];
  };

  const restoreRow = ({ scope, key, hash, value }: Row): void => {
    if (value === undefined) return;
    if (scope === OWN_SCOPE) {
      const [clock, count] = value as readonly [number, number];
      now = instant(clock);
      made = count;
      return;
    }
    const machine = byId.get(scope);
    if (machine !== undefined && (hash === undefined || hash === machine.rule.hash)) {
      machine.restore({ key, value });
    } else if (hash !== undefined) {
      const rows = (dropped.get(scope)?.rows ?? 0) + 1;
      forgotten.push({ scope, key, hash });
      dropped.set(scope, { rule: scope, rows, why: machine === undefined ? 'gone' : 'changed' });
    }
  };

  return {
    diagnostics,
    step(input) {
      effects = [];
      seq = input.seq;
      ordinal = 0;
      advance(input.now);
      if (input.type === 'event') {
        for (const index of input.rules) machines[index]?.take(input.event, now);
      }
      return effects;
    },
    now: () => now,
    nextWake: () => wakeTime(agenda.next()),
    changes: () => [
      ...forgottenRows(),
      ...dirtyClock(),
      ...[...byId.values()].flatMap((machine) => machine.changes()),
    ],
    restore(rows) {
      for (const row of inOrderOfAge(rows)) restoreRow(row);
    },
    counters: () => machines.flatMap((machine) => machine?.counters() ?? []),
    dropped: () => [...dropped.values()],
  };
}

const wakeTime = (due: number | undefined): Instant | undefined =>
  due === undefined ? undefined : instant(due);

const inOrderOfAge = (rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => orderOf(a.value) - orderOf(b.value));
