import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import type { Intent } from '../model/intent.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';

/**
 * One input of the engine as the journal keeps it, with the `answers` that it got from outside the pure
 * rooms in their order; absent: it asked nothing that could be answered otherwise another time.
 */
export interface JournalEntry {
  readonly seq: number;
  readonly input: Json;
  readonly answers?: readonly Json[];
}

/** A stream's committed place. `mark` absent: forget the stream. */
export interface Mark {
  readonly source: string;
  readonly stream: string;
  readonly mark?: Json;
}

/**
 * Something a rule wants done in the world, from the decision to its end. `pending`: not begun as far as the
 * ledger knows; `running`: a command that may have been started; `done`: it ended, or was given up, as
 * `outcome` says; `unknown`: the program died while it ran, so nobody knows what it did.
 */
export interface IntentRow {
  /** Unique for ever; see `Effect`'s `seq` and `ordinal`. */
  readonly id: string;
  readonly rule: string;
  /** The rule file's own word for it. */
  readonly action: string;
  readonly desc: string;
  readonly intent: Intent;
  readonly state: 'pending' | 'running' | 'done' | 'unknown';
  readonly createdAt: Instant;
  /** How it ended, when there is more to say than that it was done. */
  readonly outcome?: string;
}

/** Everything that one turn of the loop decided: committed whole or not at all. */
export interface Round {
  /** The engine's clock at the end of the round: what was due by then has fired and is in it. */
  readonly at: Instant;
  /** The number after the last input taken. */
  readonly nextSeq: number;
  readonly journal: readonly JournalEntry[];
  readonly marks: readonly Mark[];
  readonly alerts: readonly Alert[];
  readonly notifications: readonly Notification[];
  /** Messages rendered in this round, by notification. */
  readonly messages: ReadonlyMap<string, Message>;
  readonly decisions: readonly Decision[];
  /** New ones, and those whose state changed; absent: none. */
  readonly intents?: readonly IntentRow[];
  /** Alerting's rows: written with every round. */
  readonly alertingRows: readonly Row[];
}

/** The engine's rows and clock at some input number; empties the journal before it. */
export interface Checkpoint {
  readonly nextSeq: number;
  readonly now: Instant;
  readonly engineRows: readonly Row[];
  /** Rule id → hash, so that changed rules start afresh. */
  readonly rules: ReadonlyMap<string, string>;
  /** A value to be kept under a name, as by `remember`; absent: none. */
  readonly memo?: { readonly name: string; readonly value: Json };
}

/** What a start needs. */
export interface Restored {
  readonly nextSeq: number;
  /** The engine's clock at the last round or checkpoint. */
  readonly now: Instant;
  readonly engineRows: readonly Row[];
  readonly rules: ReadonlyMap<string, string>;
  readonly journal: readonly JournalEntry[];
  readonly alertingRows: readonly Row[];
  /** Those that are pending or running, in the order in which they were decided. */
  readonly intents: readonly IntentRow[];
  /** Committed marks: source → stream → mark. */
  readonly marks: ReadonlyMap<string, ReadonlyMap<string, Json>>;
}

/** Why the ledger could not be used or written. The world's failure: a value. */
export interface LedgerFailure {
  readonly type: 'full' | 'io' | 'damaged' | 'locked' | 'permission' | 'newer';
  readonly detail: string;
}

export type Written = { readonly ok: true } | { readonly ok: false; readonly failure: LedgerFailure };

export interface AlertFilter {
  readonly rule?: string;
  readonly since?: Instant;
  readonly status?: Alert['status'];
  readonly limit: number;
}

/** What a start needs, or why it cannot be read: then nothing may be started from it. */
export type Recalled =
  | { readonly ok: true; readonly restored: Restored }
  | { readonly ok: false; readonly failure: LedgerFailure };

export interface OpenAlert {
  readonly id: string;
  readonly rule: string;
}

/**
 * The reading half: enough for `alerts`, `status` and other commands without a daemon. When the disk
 * fails, a method tells whoever opened the ledger and answers with nothing: see `openLedger`.
 */
export interface LedgerReader {
  alerts(filter: AlertFilter): readonly Alert[];
  /** How many there are, without reading them. */
  countAlerts(filter: Omit<AlertFilter, 'limit'>): number;
  /** By id or unambiguous prefix; several when ambiguous. */
  findAlerts(prefix: string): readonly Alert[];
  /** Every open alert and its rule, without its data. */
  openAlerts(): readonly OpenAlert[];
  notificationsOf(alert: string): readonly Notification[];
  decisionsOf(alert: string): readonly Decision[];
  message(notification: string): Message | undefined;
  /** Notifications not yet settled (pending, sending, unknown, held), oldest first. */
  unsettled(limit: number): readonly Notification[];
  /** How many there are, without reading them. */
  countUnsettled(): number;
  /** A rule's intents, or all, newest first; settled ones as far as they are kept. */
  intents(filter: { readonly rule?: string; readonly limit: number }): readonly IntentRow[];
  /** When a message last went out by one of these channels. */
  lastSent(channels: readonly string[]): Instant | undefined;
  counts(): LedgerCounts;
  /** Throws a `LedgerError` when it cannot be read; `recall` answers with a value instead. */
  restore(): Restored;
  recall(): Recalled;
  /** The committed marks alone: source → stream → mark. Undefined when they cannot be read. */
  marks(): Restored['marks'] | undefined;
  /** A value kept under a name, such as a source's or channel's own memory. */
  memo(name: string): Json | undefined;
  close(): void;
}

export interface LedgerCounts {
  readonly alerts: number;
  readonly openAlerts: number;
  readonly byState: { readonly [state: string]: number };
  readonly bytes: number;
}

/** Durable memory. The only writer is the process that holds the state directory's lock. */
export interface Ledger extends LedgerReader {
  commit(round: Round): Written;
  checkpoint(checkpoint: Checkpoint): Written;
  remember(name: string, value: Json): Written;
  /**
   * Deletes the oldest settled alerts and intents beyond the limits, never what is undelivered or not done, and of
   * an open alert the notifications between its first and its newest.
   */
  retain(limits: { readonly before: Instant; readonly maxBytes: number }): { readonly deleted: number };
}
