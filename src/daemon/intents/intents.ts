import type { RunIntent } from '../../model/intent.ts';
import type { IntentRow } from '../../store/contract.ts';
import type { Reach } from '../crash-points.ts';
import type { Log } from '../log.ts';
import type { DoEffect } from '../machines.ts';
import type { Carrier } from './carrier.ts';
import { lost, type IntentLimits, type Outcome, type Report } from './contract.ts';
import { createSayings } from './sayings.ts';

/** The way of every intent: decided, committed, carried out, settled. */
export interface Intents {
  /** One that was just decided, as it is to be committed. */
  take(effect: DoEffect): IntentRow;
  /** Everything that was given out so far is committed. */
  committed(): void;
  /** What a start finds unsettled: to be called once, before anything else is taken. */
  resume(rows: readonly IntentRow[]): void;
  /** Intents that are not settled yet. Commands that feed us lines may never be, and do not count. */
  unsettled(): number;
  /** So much is to be written that reading had better wait. */
  isCrowded(): boolean;
  counts(): IntentCounts;
  closeOutputs(): Promise<void>;
  /** Begins no more, waits at most `graceMs` for what is under way. What is cut off is told at the next start. */
  finish(graceMs: number): Promise<void>;
}

/** Since the start. */
export interface IntentCounts {
  readonly done: number;
  readonly lost: number;
  readonly running: number;
  readonly waiting: number;
}

export interface IntentPorts {
  readonly limits: Pick<IntentLimits, 'waiting' | 'unsettled' | 'commands'>;
  readonly carrier: Carrier;
  readonly log: Log;
  readonly offer: (report: Report) => void;
  readonly reach: Reach;
}

/** How much longer than its grace the end waits for what cannot be cut off. */
const unansweredMs = 3000;

/** A disk that has taken nothing for so long does not keep lines from being read. */
const patienceMs = 5000;

/** A command that others wait for, and takes longer than this, is not waited for any more. */
const turnMs = 30_000;

/** Nothing under way; `now` is a clock that nobody sets, in milliseconds. */
export function createIntents(ports: IntentPorts, now: () => number = () => performance.now()): Intents {
  const { carrier, limits, offer, reach } = ports;
  const sayings = createSayings(ports.log);
  const counts = { done: 0, lost: 0 };
  /** Commands that wait for their turn, by id in their order. */
  const waiting = new Map<string, IntentRow>();
  const underWay = new Set<Promise<void>>();
  /** By rule, the command whose end others of it wait for. */
  const turns = new Map<string, { readonly id: string; readonly timer: NodeJS.Timeout }>();
  /** Those that are to begin once they are committed, in their order. */
  let begins: IntentRow[] = [];
  /** Commands that run or are about to. */
  let commands = 0;
  let unsettled = 0;
  /** Of those, what is to be written. */
  let writings = 0;
  let settledAt = now();
  /** Commands under way whose lines we read. */
  let feeds = 0;
  let ending = false;

  const take = (effect: DoEffect): IntentRow => {
    const row = rowOf(effect);
    const full = isFull(row);
    if (full !== undefined) return refuse(row, full);
    count(row, 1);
    if (row.intent.type === 'run') return queue(row);
    begins.push(row);
    return row;
  };

  const isFull = ({ intent }: IntentRow): string | undefined => {
    if (unsettled >= limits.unsettled) return `${limits.unsettled} intents wait already`;
    const isLate = intent.type === 'run' && commands + waiting.size >= limits.waiting;
    return isLate ? `${limits.waiting} commands wait already` : undefined;
  };

  const count = (row: IntentRow, by: 1 | -1): void => {
    unsettled += by;
    if (isWriting(row)) writings += by;
  };

  const refuse = (row: IntentRow, why: string): IntentRow => {
    const outcome = lost(why);
    tell(row, outcome);
    offer({ ...lostChild(row) });
    return { ...row, state: 'done', outcome: textOf(outcome) ?? '' };
  };

  /** A command may begin at once, or waits. */
  const queue = (row: IntentRow): IntentRow => {
    if (commands >= limits.commands || isHeld(row)) {
      waiting.set(row.id, row);
      return row;
    }
    commands += 1;
    takeTurn(row);
    const next: IntentRow = row.state === 'unknown' ? row : { ...row, state: 'running' };
    begins.push(next);
    return next;
  };

  const isHeld = (row: IntentRow): boolean => isInTurn(row) && turns.has(row.rule);

  const takeTurn = (row: IntentRow): void => {
    if (!isInTurn(row)) return;
    const timer = setTimeout(() => {
      endTurn(row);
      offer({ rows: promote });
    }, turnMs);
    timer.unref();
    turns.set(row.rule, { id: row.id, timer });
  };

  const endTurn = ({ id, rule }: IntentRow): void => {
    const turn = turns.get(rule);
    if (turn?.id !== id) return;
    clearTimeout(turn.timer);
    turns.delete(rule);
  };

  /** The next commands in turn, as many as may run. */
  const promote = (): readonly IntentRow[] => {
    const next: IntentRow[] = [];
    for (const row of waiting.values()) {
      if (commands >= limits.commands) break;
      if (isHeld(row)) continue;
      waiting.delete(row.id);
      next.push(queue(row));
    }
    return next;
  };

  const begin = (row: IntentRow): void => {
    reach('before-intent');
    if (isFeed(row)) feeds += 1;
    const run = carry(row).finally(() => underWay.delete(run));
    underWay.add(run);
    reach('during-intent');
  };

  const carry = async (row: IntentRow): Promise<void> => {
    const carried = await carrier.carry(row);
    if (carried === undefined) return;
    reach('after-intent');
    const { outcome, ...report } = carried;
    offer({ ...report, rows: () => settle(row, outcome) });
  };

  const settle = (row: IntentRow, outcome: Outcome): readonly IntentRow[] => {
    count(row, -1);
    settledAt = now();
    if (isFeed(row)) feeds -= 1;
    tell(row, outcome);
    const text = textOf(outcome);
    const state = row.state === 'unknown' ? row.state : 'done';
    const settled: IntentRow = { ...row, state, ...(text === undefined ? {} : { outcome: text }) };
    if (row.intent.type !== 'run') return [settled];
    commands -= 1;
    endTurn(row);
    return [settled, ...promote()];
  };

  const tell = ({ rule, action }: IntentRow, outcome: Outcome): void => {
    counts[outcome.type] += 1;
    if (outcome.type === 'lost') sayings.lost(rule, action, outcome.text);
  };

  /** Nobody knows what a command did that ran when the program died. */
  const resumeRun = (row: IntentRow, intent: RunIntent): void => {
    if (row.state === 'pending') {
      count(row, 1);
      return offer({ rows: () => [queue(row)] });
    }
    ports.log.warn('a command ran when the program ended', { rule: row.rule, action: row.action });
    const unknown: IntentRow = { ...row, state: 'unknown', outcome: 'the program ended while it ran' };
    // Its rule is told that it is lost, so nobody would take what a repeat prints.
    if (intent.outputs) return offer({ ...lostChild(row), rows: () => [unknown] });
    count(row, 1);
    const again: IntentRow = { ...unknown, intent: { ...intent, reports: false } };
    offer({ ...lostChild(row), rows: () => [queue(again)] });
  };

  return {
    take,
    committed() {
      const next = begins;
      begins = [];
      if (!ending) for (const row of next) begin(row);
    },
    resume(rows) {
      for (const row of rows) {
        if (row.intent.type === 'run') resumeRun(row, row.intent);
        else {
          count(row, 1);
          begin(row);
        }
      }
    },
    unsettled: () => unsettled - feeds,
    isCrowded: () => writings >= limits.waiting && now() - settledAt < patienceMs,
    counts: () => ({ ...counts, running: commands, waiting: waiting.size }),
    closeOutputs: carrier.closeOutputs,
    async finish(graceMs) {
      ending = true;
      const ended = carrier.stop(graceMs).then(() => Promise.all(underWay));
      // A disk or a resolver that does not answer cannot be cut off.
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise((resolve) => (timer = setTimeout(resolve, graceMs + unansweredMs)));
      await Promise.race([ended, tooLong]);
      clearTimeout(timer);
    },
  };
}

const rowOf = ({ rule, action, desc, intent, now, seq, ordinal }: DoEffect): IntentRow => ({
  id: `${seq}.${ordinal}`,
  rule,
  action,
  desc,
  intent,
  state: 'pending',
  createdAt: now,
});

const isWriting = ({ intent: { type } }: IntentRow): boolean =>
  type === 'write' || type === 'closeFile' || type === 'log' || type === 'pipe' || type === 'closePipe';

const isInTurn = ({ intent }: IntentRow): boolean => intent.type === 'run' && intent.inTurn === true;

const isFeed = ({ intent }: IntentRow): boolean => intent.type === 'run' && intent.outputs;

const textOf = (outcome: Outcome): string | undefined =>
  outcome.type === 'lost' ? `lost: ${outcome.text}` : outcome.text;

/** What a rule is told that waits for a command of which nothing more will come. */
function lostChild({ rule, intent }: IntentRow): Pick<Report, 'make'> {
  if (intent.type !== 'run' || !(intent.reports || intent.outputs)) return {};
  const { child } = intent;
  return { make: (now, seq) => ({ type: 'commandFinished', seq, now, child, rule }) };
}
