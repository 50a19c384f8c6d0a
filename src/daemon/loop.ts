import type { AlertingInput } from '../alerting/contract.ts';
import type { Notification } from '../model/alert.ts';
import type { Chunk } from '../model/chunk.ts';
import type { Message } from '../model/delivery.ts';
import type { EngineInput, SourceCondition } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger, LedgerFailure, Round } from '../store/contract.ts';
import type { Clock } from './clock.ts';
import type { Machines, Decided, Note } from './machines.ts';
import type { Recording } from './answers.ts';
import type { Reach } from './crash-points.ts';
import type { Deliveries } from './deliveries.ts';
import type { Intake } from './intake.ts';
import type { Report } from './intents/contract.ts';
import type { Intents } from './intents/intents.ts';
import type { Meter } from './metrics/meter.ts';
import { newestRows } from './newest-rows.ts';
import { openDraft, type Draft, type PlannedAttempt } from './round.ts';
import { createSumCheck } from './sum-check.ts';
import type { Wording } from './wording.ts';

/** What the loop is made to do, in the order in which it was asked. */
export type Item =
  | { readonly type: 'chunk'; readonly source: string; readonly chunk: Chunk; readonly taken: () => void }
  | {
      readonly type: 'condition';
      readonly source: string;
      /** That of the source as a whole. */
      readonly condition: SourceCondition;
      /** A stream of it that is not behind any more. */
      readonly caughtUp?: string;
    }
  | { readonly type: 'forget'; readonly source: string; readonly stream: string }
  | {
      readonly type: 'decide';
      readonly input: (now: Instant, seq: number) => AlertingInput;
      /** Called with what was decided, once it is committed. */
      readonly committed?: (decided: Decided) => void;
    }
  | { readonly type: 'report'; readonly report: Report };

/** The rooms as one configuration wired them; a reload replaces it whole. */
export interface Way {
  readonly machines: Machines;
  /** By source; rules may add some. */
  readonly intakes: Map<string, Intake>;
  readonly wording: Wording;
  /** Rule id → hash, for checkpoints. */
  readonly rules: ReadonlyMap<string, string>;
}

export interface LoopPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly intents: Pick<Intents, 'take' | 'committed' | 'isCrowded'>;
  /** What the engine asks the world while it steps. */
  readonly outside: Pick<Recording, 'during'>;
  readonly reach: Reach;
  /** False where the ledger dies with the process: then nothing needs a journal, nor alerting's rows in each round. */
  readonly durable: boolean;
  readonly note: (note: Note) => void;
  /** A message's new state. */
  readonly decided: (notification: Notification) => void;
  /** The ledger could not be written (and is tried again each second), or can be again. */
  readonly trouble: (failure: LedgerFailure | undefined) => void;
  /** Counts; absent: nobody wants to know. */
  readonly meter?: Pick<Meter, 'reading' | 'decided'>;
}

/** The loop: takes what came in, steps the machines, commits, and only then lets messages go. */
export interface Loop {
  offer(item: Item): void;
  /** Nothing queued, nothing waiting for the disk. */
  idle(): boolean;
  /** Replaces the way between two turns. */
  swap(way: Way): void;
  /** Writes the machines' rows and empties the journal. */
  checkpoint(): LedgerFailure | undefined;
  /** No further turns; the timer is gone. */
  halt(): void;
  stats(): LoopStats;
}

export interface LoopStats {
  readonly rounds: number;
  /** Milliseconds the last hundred commits took, oldest first. */
  readonly commitMs: readonly number[];
  readonly nextSeq: number;
  /** Checkpoints since the start; how long the last one took (ms), and when it was. */
  readonly checkpoints: number;
  readonly checkpointMs?: number;
  readonly checkpointAt?: Instant;
  /** Milliseconds for which something has waited to be taken that could be: 0 when all goes on. */
  readonly stalledMs: number;
}

/** A turn ends, and is committed, when it has gathered about this many bytes. */
const turnWeight = 4 * 1024 * 1024;
/** A checkpoint comes at least after this many journaled inputs. */
const checkpointEvery = 1000;
const retryCommitMs = 1000;
/** How often chunks that wait for room are looked at when nothing else happens. */
const holdMs = 50;
const longestTimer = 2 ** 31 - 1;

/** Starts the loop at input number `nextSeq`. */
export function createLoop(first: Way, nextSeq: number, ports: LoopPorts): Loop {
  const { ledger, clock, reach } = ports;
  const queue: Item[] = [];
  const commitMs: number[] = [];
  /** Conditions of sources from before there was a time. */
  const untold: Extract<Item, { readonly type: 'condition' }>[] = [];
  const sums = createSumCheck(clock.wall());
  let way = first;
  let seq = nextSeq;
  let journaled = 0;
  /** Rows that a failed checkpoint could not write. */
  let unwritten: readonly Row[] = [];
  /** Why the last checkpoint failed, until one succeeds. */
  let uncheckpointed: LedgerFailure | undefined;
  let rounds = 0;
  let scheduled = false;
  let halted = false;
  let stuck: { readonly draft: Draft; readonly round: Round } | undefined;
  let checkpoints = 0;
  let lastCheckpoint: { readonly checkpointMs: number; readonly checkpointAt: Instant } | undefined;
  let scheduledAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let checkpointTimer: NodeJS.Timeout | undefined;

  const schedule = (): void => {
    if (scheduled || halted || stuck !== undefined) return;
    scheduled = true;
    scheduledAt = performance.now();
    setImmediate(turn);
  };

  function turn(): void {
    scheduled = false;
    if (halted || stuck !== undefined) return;
    const draft = openDraft();
    const held: Item[] = [];
    let taken = 0;
    for (const item of queue) {
      if (draft.weight() >= turnWeight) break;
      taken++;
      // A source gives its next chunk when this one is committed, so nothing of it overtakes.
      if (item.type === 'chunk' && ports.intents.isCrowded()) held.push(item);
      else take(item, draft);
    }
    queue.splice(0, taken, ...held);
    fireTimers(draft);
    if (!draft.empty()) finish(draft);
    if (stuck !== undefined) return;
    if (queue.length > held.length) schedule();
    else setTimer(held.length > 0);
  }

  function take(item: Item, draft: Draft): void {
    switch (item.type) {
      case 'chunk':
        takeChunk(item.source, item.chunk, draft);
        draft.whenCommitted(item.taken);
        break;
      case 'condition':
        if (item.caughtUp !== undefined) clock.released(item.source, item.caughtUp);
        if (item.condition !== 'reading') clock.released(item.source);
        untold.push(item);
        tellConditions(draft);
        break;
      case 'forget':
        clock.released(item.source, item.stream);
        draft.mark(item.source, item.stream, undefined);
        break;
      case 'decide': {
        reach('before-settle');
        const decided = way.machines.decide(item.input(clock.alerting(), seq++));
        note(decided, draft);
        draft.settle();
        const { committed } = item;
        if (committed !== undefined) draft.whenCommitted(() => committed(decided));
        reach('settled');
        break;
      }
      case 'report':
        takeReport(item.report, draft);
        break;
    }
  }

  /** A condition holds from some time on: before there is one, the engine is told nothing. */
  function tellConditions(draft: Draft): void {
    if (untold.length === 0 || !clock.isKnown()) return;
    for (const { source, condition } of untold.splice(0)) {
      correlate({ type: 'sourceState', seq: seq++, now: clock.engine(), source, condition }, draft);
    }
  }

  /** What the world did and what comes of it are one piece: neither is committed without the other. */
  function takeReport({ make, rows, committed }: Report, draft: Draft): void {
    if (rows !== undefined) reach('before-intent-settle');
    if (make !== undefined) correlate(make(clock.engine(), seq++), draft);
    for (const row of rows?.() ?? []) draft.intent(row);
    if (committed !== undefined) draft.whenCommitted(committed);
    if (rows !== undefined) reach('intent-settled');
  }

  function takeChunk(source: string, chunk: Chunk, draft: Draft): void {
    reach('read');
    ports.meter?.reading(chunk.receivedAt);
    draft.weigh(chunk.bytes.length);
    const wasThere = chunk.reference < chunk.receivedAt;
    const intake = way.intakes.get(source);
    const { stream } = chunk.position;
    if (intake !== undefined) {
      for (const { event, rules, isTimed } of intake.take(chunk)) {
        reach('parsed');
        if (isTimed || !clock.isKnown()) clock.reached(source, stream, event.at, wasThere);
        tellConditions(draft);
        correlate({ type: 'event', seq: seq++, now: clock.engine(), event, rules }, draft);
      }
      // Time passes also where no rule wants a line.
      const end = wasThere ? intake.endOf(chunk) : undefined;
      if (end !== undefined) clock.reached(source, stream, end, wasThere);
      tellConditions(draft);
    }
    ports.meter?.reading(undefined);
    reach('scanned');
    draft.mark(source, chunk.position.stream, chunk.position.mark);
  }

  function correlate(input: EngineInput, draft: Draft): void {
    const { result: decided, answers } = ports.outside.during(() =>
      way.machines.correlate(input, clock.alerting()),
    );
    // Recovery lets fire what was due, but could not know what was answered then.
    if (ports.durable && (input.type !== 'tick' || answers !== undefined)) {
      // Inputs are plain data: the journal keeps them as they are.
      const entry = { seq: input.seq, input: input as unknown as Json };
      draft.journal(answers === undefined ? entry : { ...entry, answers });
      journaled++;
    }
    reach('stepped');
    note(decided, draft);
    sums.touched();
    reach('decided');
  }

  function note(decided: Decided, draft: Draft): void {
    draft.decided(decided.outputs);
    ports.meter?.decided(decided.outputs);
    for (const each of decided.notes) ports.note(each);
    for (const effect of decided.intents) draft.intent(ports.intents.take(effect));
    for (const output of decided.outputs) {
      if (output.type === 'notification') ports.decided(output.notification);
    }
  }

  function fireTimers(draft: Draft): void {
    const { engine, alerting } = way.machines;
    const engineNow = clock.engine();
    if (isDue(engine.nextWake(), engineNow)) correlate({ type: 'tick', seq: seq++, now: engineNow }, draft);
    const alertingNow = clock.alerting();
    if (isDue(alerting.nextWake(), alertingNow)) {
      note(way.machines.decide({ type: 'tick', now: alertingNow }), draft);
    }
    if (sums.take(clock.wall())) {
      note(way.machines.decide({ type: 'rule-sums', now: alertingNow, rules: engine.counters() }), draft);
    }
  }

  function finish(draft: Draft): void {
    const now = clock.wall();
    for (const attempt of draft.attempts) render(attempt, draft, now);
    reach('rendered');
    // Where nothing is kept, rows are wanted at a reload only: the checkpoint before it writes them.
    const rows = ports.durable ? way.machines.alerting.changes() : [];
    commit({ draft, round: draft.close(way.machines.engine.now(), seq, rows) });
  }

  function render(attempt: PlannedAttempt, draft: Draft, now: Instant): void {
    const { notification, mayHaveArrived, alerts: touched } = attempt;
    const isRepeat = notification.attempt > 1 || notification.part > 0 || mayHaveArrived;
    if (isRepeat && ledger.message(notification.id) !== undefined) return;
    const alerts = notification.alerts.flatMap((id) => touched.get(id) ?? ledger.findAlerts(id));
    draft.rendered(notification.id, way.wording(notification, alerts, now));
  }

  function commit(pending: { readonly draft: Draft; readonly round: Round }): void {
    const settles = pending.draft.settles();
    reach('before-commit');
    if (settles) reach('before-settle-commit');
    const begun = performance.now();
    const written = ledger.commit(pending.round);
    if (!written.ok) {
      stuck = pending;
      ports.trouble(written.failure);
      retryTimer = setTimeout(retry, retryCommitMs);
      return;
    }
    commitMs.push(performance.now() - begun);
    if (commitMs.length > 100) commitMs.shift();
    rounds++;
    ports.trouble(uncheckpointed);
    reach('after-commit');
    if (settles) reach('after-settle-commit');
    afterCommit(pending.draft, pending.round.messages);
  }

  function retry(): void {
    const pending = stuck;
    if (pending === undefined || halted) return;
    stuck = undefined;
    commit(pending);
    if (stuck === undefined) schedule();
  }

  function afterCommit(draft: Draft, messages: ReadonlyMap<string, Message>): void {
    reach('before-acknowledge');
    draft.committed();
    for (const attempt of draft.attempts) {
      const { notification } = attempt;
      const message = messages.get(notification.id) ?? ledger.message(notification.id);
      if (message !== undefined) ports.deliveries.carryOut(attempt, message);
      else queue.push(wordless(notification));
    }
    ports.intents.committed();
    if (ports.durable && journaled >= checkpointEvery && uncheckpointed === undefined) checkpoint();
  }

  function checkpoint(): LedgerFailure | undefined {
    reach('before-checkpoint');
    const begun = performance.now();
    if (!ports.durable) {
      ledger.commit(openDraft().close(way.machines.engine.now(), seq, way.machines.alerting.changes()));
    }
    const engineRows = newestRows(unwritten, way.machines.engine.changes());
    const written = ledger.checkpoint({
      nextSeq: seq,
      now: way.machines.engine.now(),
      engineRows,
      rules: way.rules,
    });
    unwritten = written.ok ? [] : engineRows;
    uncheckpointed = written.ok ? undefined : written.failure;
    if (!written.ok) {
      ports.trouble(written.failure);
      clearTimeout(checkpointTimer);
      checkpointTimer = setTimeout(retryCheckpoint, retryCommitMs);
      return written.failure;
    }
    journaled = 0;
    checkpoints++;
    lastCheckpoint = { checkpointMs: performance.now() - begun, checkpointAt: clock.wall() };
    ports.trouble(undefined);
    reach('after-checkpoint');
    return undefined;
  }

  /** The journal goes on meanwhile: it is not cut off, and grows. */
  function retryCheckpoint(): void {
    if (halted || uncheckpointed === undefined) return;
    if (stuck === undefined) checkpoint();
    else checkpointTimer = setTimeout(retryCheckpoint, retryCommitMs);
  }

  function setTimer(isHolding: boolean): void {
    clearTimeout(timer);
    if (isHolding && !halted) {
      timer = setTimeout(schedule, holdMs);
      return;
    }
    const engineWake = clock.holding().length === 0 ? way.machines.engine.nextWake() : undefined;
    // The machines' clocks may be ahead of the wall, or those of the log.
    const wait = Math.min(
      until(engineWake, clock.engine()),
      until(way.machines.alerting.nextWake(), clock.alerting()),
      until(sums.next(), clock.wall()),
    );
    if (wait === Infinity || halted) return;
    timer = setTimeout(schedule, Math.min(longestTimer, Math.max(1, wait)));
  }

  return {
    offer(item) {
      queue.push(item);
      schedule();
    },
    idle: () => queue.length === 0 && stuck === undefined && !scheduled,
    swap(next) {
      way = next;
      schedule();
    },
    checkpoint,
    halt() {
      halted = true;
      clearTimeout(timer);
      clearTimeout(retryTimer);
      clearTimeout(checkpointTimer);
    },
    stats: () => ({
      rounds,
      commitMs: [...commitMs],
      nextSeq: seq,
      checkpoints,
      ...lastCheckpoint,
      stalledMs: scheduled ? performance.now() - scheduledAt : 0,
    }),
  };
}

/** An attempt whose words could not be read: nothing was done, and it is tried again. */
const wordless = ({ id, part, parts = 1 }: Notification): Item => ({
  type: 'decide',
  input: (now) => ({
    type: 'settled',
    now,
    notification: id,
    part,
    parts,
    delivery: { type: 'retry', reason: 'unavailable', detail: 'its words could not be read from the ledger' },
  }),
});

const until = (wake: Instant | undefined, now: Instant): number => (wake ?? Infinity) - now;

const isDue = (wake: Instant | undefined, now: Instant): boolean => wake !== undefined && wake <= now;
