import { present } from '../kit/assert.ts';
import type { Draft } from '../kit/draft.ts';
import { isMilestone } from '../kit/milestone.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Effect, EngineInput } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Machine, Row } from '../model/machine.ts';
import type { Program } from '../model/program.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import { compileRules } from './compile.ts';
import { createContexts } from './contexts.ts';
import { orderOf, type TableShare } from './key-table.ts';
import { createListening } from './listening.ts';
import {
  createRuleMachine,
  type Raise,
  type RuleInput,
  type RuleMachine,
  type RuleSurroundings,
  type Wanted,
} from './rule-machine.ts';
import type { SecWorld } from './sec-rule.ts';
import { createSources } from './sources.ts';
import type { RuleCounters } from './tally.ts';
import { createTimers } from './timers.ts';

export type { RuleCounters } from './tally.ts';

export interface EngineOptions {
  readonly match: MatchPorts;
  readonly limits: { readonly keysPerRule: number };
  /** How far behind the newest event of its key an event may be and still count. */
  readonly late: Millis;
  /** What rule files of SEC need beyond that; absent: a program must have none. */
  readonly localTime?: SecWorld['localTime'];
  readonly perl?: NonNullable<SecWorld['perl']>;
  /** The names of all sources: what a rule without `from` is bound to. Absent: those that say something. */
  readonly sources?: readonly string[];
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
  /** Inputs that rules added and did not drop, with the rule. */
  inputs(): readonly (RuleInput & { readonly rule: string })[];
  /** What `restore` left out. */
  dropped(): readonly DroppedState[];
}

/** The engine's own rows: its clock with how many keys it ever made, contexts, and how far sources are. */
const OWN_SCOPE = '';
const CLOCK_KEY = 'clock';
const CONTEXTS = 'context';
const SOURCES = 'source';
/** Most sources and contexts that are remembered; a context with a key has a row for each of its values. */
const MOST_NAMES = 10_000;

export function createEngine(program: Program, options: EngineOptions): Engine {
  let now = instant(0);
  let made = 0;
  let clockIsDirty = false;
  let seq = 0;
  let ordinal = 0;
  let wanted = 0;
  let effects: Effect[] = [];
  /** Rules were not told yet how far their sources are. */
  let sourcesAreNews = true;
  let contextsEvicted = 0;
  const dropped = new Map<string, DroppedState>();
  /** Rows that `restore` left out and that are to be deleted. */
  let forgotten: Row[] = [];
  const timers = createTimers();
  const { rules, diagnostics } = compileRules(program, options.match);

  const evicted = (scope: string): void => {
    if (scope !== OWN_SCOPE) return byId.get(scope)?.evicted(now);
    contextsEvicted += 1;
    if (!isMilestone(contextsEvicted)) return;
    const text = `more than ${MOST_NAMES} contexts are on: the oldest gave way (${contextsEvicted} so far)`;
    effects.push({ type: 'note', code: 'contexts', text });
  };
  const share: TableShare = {
    timers,
    limit: options.limits.keysPerRule,
    nextOrder: () => {
      clockIsDirty = true;
      return (made += 1);
    },
    onEvicted: evicted,
  };
  const own = { ...share, limit: MOST_NAMES };
  const contexts = createContexts(OWN_SCOPE, CONTEXTS, own, program.rules);
  const sources = createSources(OWN_SCOPE, SOURCES, options.sources, own);
  const listening = createListening(program.rules, (index, parts, occurrence: Occurrence) =>
    machines[index]?.hear(parts, occurrence, now),
  );
  const ports = {
    effect: (effect: Effect) => void effects.push(effect),
    raise: (raise: Raise) => {
      effects.push(numbered(raise, seq, ordinal));
      ordinal += 1;
    },
    do: (want: Wanted) => {
      effects.push({ type: 'do', ...want, seq, ordinal: wanted });
      wanted += 1;
    },
    raised: listening.raised,
  };
  const surroundings: RuleSurroundings = { share, contexts, late: options.late, ports };
  const machines = rules.map((compiled): RuleMachine | undefined => {
    if (compiled === undefined) return undefined;
    if (compiled.type === 'native') return createRuleMachine(compiled, surroundings);
    return compiled.kind.create(compiled.rule, surroundings, {
      match: options.match,
      localTime: present(options.localTime, 'local time'),
      ...(options.perl === undefined ? {} : { perl: options.perl }),
    });
  });
  const byId = new Map(
    machines.flatMap((machine) => (machine === undefined ? [] : [[machine.rule.id, machine]])),
  );

  /** Fires what is due up to `to`, in order, each at its own time. */
  const advance = (to: Instant): void => {
    for (let due = timers.take(to); due !== undefined; due = timers.take(to)) {
      setClock(instant(due.due));
      due.item.owner.wake(due.item, now);
      listening.settle();
    }
    setClock(to);
  };

  const setClock = (to: Instant): void => {
    if (to <= now) return;
    now = to;
    clockIsDirty = true;
  };

  /** Tells every rule how far its sources are, once the clock runs: before that no time can be counted. */
  const tellSources = (): void => {
    if (!sourcesAreNews || now === 0) return;
    sourcesAreNews = false;
    // While any source reads what was there, the clock runs as fast as that is read.
    const clockIsHeld = sources.someRead();
    for (const machine of machines) machine?.sources(sources.areAtEnd(machine.rule.from), clockIsHeld, now);
  };

  const takeEvent = ({ event, rules: indices }: Extract<EngineInput, { type: 'event' }>): void => {
    for (const index of indices) {
      listening.settle(index);
      machines[index]?.take(event, now);
    }
    listening.settle();
  };

  /** What the world answers to what rules wanted done. */
  const heed = (input: Exclude<EngineInput, { readonly type: 'event' }>): void => {
    if (input.type === 'commandOutput') byId.get(input.rule)?.commandOutput?.(input.child, input.text, now);
    else if (input.type === 'commandFinished')
      byId.get(input.rule)?.commandFinished?.(input.child, input.exit, now);
    else if (input.type === 'control') {
      const concerned = input.rule === undefined ? machines : [byId.get(input.rule)];
      for (const machine of concerned) machine?.heed?.(input.signal, now);
    }
  };

  const writeClock = (to: Row[]): void => {
    if (!clockIsDirty) return;
    clockIsDirty = false;
    to.push({ scope: OWN_SCOPE, key: CLOCK_KEY, value: [now, made] });
  };

  const restoreOwn = (key: string, value: Json): void => {
    if (key.startsWith(`${CONTEXTS}[`)) contexts.restore(key.slice(CONTEXTS.length), value);
    else if (key.startsWith(`${SOURCES}[`)) sources.restore(key.slice(SOURCES.length), value);
    else {
      const [clock, count] = value as readonly [number, number];
      now = instant(clock);
      made = count;
    }
  };

  const restoreRow = ({ scope, key, hash, value }: Row): void => {
    if (value === undefined) return;
    if (scope === OWN_SCOPE) return restoreOwn(key, value);
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
      wanted = 0;
      advance(input.now);
      if (input.type === 'sourceState') {
        sources.say(input.source, input.condition, now);
        sourcesAreNews = true;
      }
      tellSources();
      if (input.type === 'event') takeEvent(input);
      else heed(input);
      listening.settle();
      return effects;
    },
    now: () => now,
    nextWake: () => wakeTime(timers.next()),
    changes() {
      const rows = forgotten;
      forgotten = [];
      writeClock(rows);
      contexts.writeChanges(rows);
      sources.writeChanges(rows);
      for (const machine of byId.values()) machine.writeChanges(rows);
      return rows;
    },
    restore(rows) {
      for (const row of inOrderOfAge(rows)) restoreRow(row);
    },
    counters: () => machines.flatMap((machine) => machine?.counters() ?? []),
    inputs: () =>
      [...byId].flatMap(([rule, machine]) => (machine.inputs?.() ?? []).map((input) => ({ ...input, rule }))),
    dropped: () => [...dropped.values()],
  };
}

/** Written out: a spread takes longer than all else that is done for a raise. */
function numbered(raise: Raise, seq: number, ordinal: number): Effect {
  const { type, rule, key, severity, occurrence, quiet, clears, now } = raise;
  const made: Draft<Extract<Effect, { type: 'raise' }>> = {
    type,
    rule,
    key,
    severity,
    occurrence,
    now,
    seq,
    ordinal,
  };
  if (quiet !== undefined) made.quiet = quiet;
  if (clears !== undefined) made.clears = clears;
  return made;
}

const wakeTime = (due: number | undefined): Instant | undefined =>
  due === undefined ? undefined : instant(due);

const inOrderOfAge = (rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => orderOf(a.value) - orderOf(b.value));
