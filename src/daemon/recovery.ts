import { createAlerting } from '../alerting/alerting.ts';
import type { AlertingRules } from '../alerting/contract.ts';
import { createEngine, type Engine, type EngineOptions } from '../engine/engine.ts';
import type { EngineInput } from '../model/effect.ts';
import type { Row } from '../model/machine.ts';
import type { Program, Rule } from '../model/program.ts';
import type { Instant, Millis } from '../model/time.ts';
import type { IntentRow, Ledger, LedgerFailure, Restored, Written } from '../store/contract.ts';
import { replayAnswers, type Outside, type Replay } from './answers.ts';
import { localTime } from './local-time.ts';
import { joinMachines, type Machines } from './machines.ts';
import { newestRows } from './newest-rows.ts';
import { orphansOf } from './orphans.ts';

/** Makes the engine for a program. */
export type MakeEngine = (program: Program, options: EngineOptions & Pick<Outside, 'perl'>) => Engine;

/** What the machines are built from. */
export interface Build {
  readonly program: Program;
  readonly alerting: AlertingRules;
  readonly outside: Outside;
  /** Absent: the engine of this house. */
  readonly makeEngine?: MakeEngine;
  readonly keysPerRule: number;
  readonly late: Millis;
  /** The names of all sources; absent: the engine knows those that say something. */
  readonly sources?: readonly string[];
}

/** The machines as they were at the last commit. */
export interface Recovered {
  readonly machines: Machines;
  readonly nextSeq: number;
  readonly now: Instant;
  /** Inputs stepped again from the journal. */
  readonly replayed: number;
  /** Rules whose state was dropped because they changed. */
  readonly changed: readonly string[];
  /** What rules wanted done and nobody knows to be done. */
  readonly intents: readonly IntentRow[];
}

export type Recovery =
  | { readonly ok: true; readonly recovered: Recovered }
  | { readonly ok: false; readonly failure: LedgerFailure };

/**
 * Loads the rows, steps the journal's inputs and discards the outputs: they were committed with them.
 * Rules that changed since start afresh; what was decided stays decided.
 */
export function recover(ledger: Ledger, build: Build): Recovery {
  const before = ledger.recall();
  if (!before.ok) return before;
  const { restored } = before;
  const changed = changedRules(restored.rules, build.program);
  const settled = settleJournal(ledger, restored, changed, build);
  if (!settled.ok) return settled;
  const engine = engineOf(build.program, build, build.outside);
  engine.restore(settled.engineRows);
  const alerting = createAlerting(build.alerting);
  alerting.restore(restored.alertingRows);
  return {
    ok: true,
    recovered: {
      machines: joinMachines(engine, alerting),
      nextSeq: restored.nextSeq,
      now: restored.now,
      replayed: restored.journal.length,
      changed,
      intents: restored.intents,
    },
  };
}

/** Rule id → hash, as a checkpoint keeps it. */
export const ruleHashes = (program: Program): ReadonlyMap<string, string> =>
  new Map(program.rules.map((rule) => [rule.id, rule.hash]));

/**
 * Whether the ledger's rows were written by exactly these rules, in this order: the journal names them by
 * their places. A first start writes them down.
 */
const isCheckpointOf = (before: ReadonlyMap<string, string>, program: Program): boolean =>
  JSON.stringify([...before]) === JSON.stringify([...ruleHashes(program)]);

function changedRules(before: ReadonlyMap<string, string>, program: Program): readonly string[] {
  const now = ruleHashes(program);
  return [...before].filter(([id, hash]) => now.get(id) !== hash).map(([id]) => id);
}

/**
 * The machines as the last commit left them, for who only looks: nothing is written, and rules that
 * changed since are not among those of the engine.
 */
export function lookBack(restored: Restored, build: Build): Pick<Machines, 'engine' | 'alerting'> {
  const alerting = createAlerting(build.alerting);
  alerting.restore(restored.alertingRows);
  return { engine: engineBefore(restored, changedRules(restored.rules, build.program), build), alerting };
}

/** The engine after the journal, with what was due by then. */
function engineBefore(restored: Restored, changed: readonly string[], build: Build): Engine {
  const unchanged = build.program.rules.filter((rule) => restored.rules.get(rule.id) === rule.hash);
  const replay = replayAnswers(build.outside);
  const engine = engineOf({ rules: unchanged, hash: build.program.hash }, build, replay);
  const dropped = new Set(changed);
  engine.restore(restored.engineRows.filter((row) => !dropped.has(row.scope)));
  stepAgain(engine, replay, restored, unchanged);
  replay.during(undefined, () => engine.step({ type: 'tick', seq: restored.nextSeq, now: restored.now }));
  return engine;
}

/**
 * The engine's rows after the journal, written down under the rules of now. To write is the last thing that can
 * fail: a reload that cannot be done leaves the ledger to the rules from before.
 */
function settleJournal(
  ledger: Ledger,
  restored: Restored,
  changed: readonly string[],
  build: Build,
): { readonly ok: true; readonly engineRows: readonly Row[] } | Extract<Written, { readonly ok: false }> {
  const { journal, engineRows, rules, nextSeq, now } = restored;
  if (journal.length === 0 && isCheckpointOf(rules, build.program)) return { ok: true, engineRows };
  const rows = rowsAfter(restored, changed, build);
  const written = ledger.checkpoint({
    nextSeq,
    now,
    engineRows: rows,
    rules: ruleHashes(build.program),
    ...orphansOf(ledger, changed),
  });
  return written.ok ? { ok: true, engineRows: newestRows(engineRows, rows) } : written;
}

/** What the journal, and rules that changed, make of the engine's rows. */
function rowsAfter(restored: Restored, changed: readonly string[], build: Build): readonly Row[] {
  const engine = engineBefore(restored, changed, build);
  const dropped = new Set(changed);
  // Counters have no hash: they are of all that a rule of this name ever did.
  const gone: readonly Row[] = restored.engineRows
    .filter(({ scope, hash }) => hash !== undefined && dropped.has(scope))
    .map(({ scope, key }) => ({ scope, key }));
  // As the ledger will give them back.
  return JSON.parse(JSON.stringify([...gone, ...engine.changes()])) as readonly Row[];
}

function stepAgain(
  engine: Engine,
  replay: Replay,
  { journal, rules: before }: Pick<Restored, 'journal' | 'rules'>,
  rules: readonly Rule[],
): void {
  // Indices may have moved with the rules. Nobody else is given the event: a set of SEC's rule files takes
  // the time of each line that it gets.
  const places = new Map(rules.map(({ id }, index) => [id, index]));
  const moved = [...before.keys()].map((id) => places.get(id));
  for (const entry of journal) {
    // Only the loop writes the journal, and it writes its inputs as they are.
    const input = entry.input as unknown as EngineInput;
    replay.during(entry.answers, () =>
      engine.step(
        input.type === 'event'
          ? { ...input, rules: input.rules.flatMap((index) => moved[index] ?? []) }
          : input,
      ),
    );
  }
}

function engineOf(program: Program, build: Build, { match, perl }: Outside): Engine {
  return (build.makeEngine ?? createEngine)(program, {
    match,
    localTime,
    ...(perl === undefined ? {} : { perl }),
    limits: { keysPerRule: build.keysPerRule },
    late: build.late,
    ...(build.sources === undefined ? {} : { sources: build.sources }),
  });
}
