import type { RuleCounters } from '../../engine/engine.ts';
import type { Severity } from '../../model/program.ts';
import type { IntentCounts } from '../intents/intents.ts';
import type { ShownChannel } from '../status.ts';
import type { Spread } from './histogram.ts';
import type { SourceTotals } from './meter.ts';
import type { ProcessFigures } from './process.ts';

/** One configured source; all that rules added are one. Counted since the start of the process. */
export interface SourceFigures extends SourceTotals {
  readonly name: string;
  /** How many of its streams are in each condition. */
  readonly streams: { readonly [condition: string]: number };
  /** How old what it reads next is; absent: nobody knows, for it cannot be read. */
  readonly lagSeconds?: number;
  /** Bytes written and not yet read, as of the last commit; absent: the kind of source cannot tell. */
  readonly lagBytes?: number;
}

/** What one channel did since the start of the process. */
export interface ChannelMeter {
  readonly outcomes: readonly {
    /** `sent`, `retry`, `unknown`, `failed`. */
    readonly outcome: string;
    /** Empty where there is none. */
    readonly reason: string;
    /** Attempts. */
    readonly count: number;
  }[];
  /** From the receipt of a line to the acceptance of its message. */
  readonly latency: Spread;
}

/** How the ledger is written, since the start of the process. */
export interface LedgerFigures {
  readonly bytes: number;
  readonly alerts: number;
  readonly openAlerts: number;
  /** Messages by their state. */
  readonly messages: { readonly [state: string]: number };
  readonly commits: number;
  /** Of the last hundred. */
  readonly commitMedianSeconds?: number;
  readonly checkpoints: number;
  /** How long the last one took, and when it was, in seconds since the epoch. */
  readonly checkpointSeconds?: number;
  readonly checkpointAt?: number;
  /** It can be written. */
  readonly writable: boolean;
}

/** What raises came to, over all receivers. */
export interface RaiseFigures {
  readonly delivered: number;
  readonly joined: number;
  readonly muted: number;
  readonly undelivered: number;
  readonly held: number;
  readonly pending: number;
}

/** Everything that is told in figures, at one moment. Plain data; `version` changes with its form. */
export interface Metrics {
  readonly version: 1;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The same, of the start of the process. */
  readonly startedAt: number;
  readonly pid: number;
  readonly sources: readonly SourceFigures[];
  /** Sources that are behind and hold the clock back. */
  readonly catchingUp: readonly string[];
  /** The first thousand of the configuration; the rest is summed up as one. Since the ledger began. */
  readonly rules: readonly RuleCounters[];
  readonly alerts: {
    /** Begun since the start of the process. */
    readonly raised: { readonly [Word in Severity]: number };
    readonly open: { readonly [Word in Severity]: number };
  };
  /** Since the ledger began. */
  readonly raises: RaiseFigures;
  readonly channels: readonly (ShownChannel & ChannelMeter)[];
  readonly silences: number;
  readonly breaches: number;
  readonly intents: IntentCounts;
  readonly ledger: LedgerFigures;
  readonly process: ProcessFigures;
}
