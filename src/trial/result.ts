import type { ReceiverCounters } from '../alerting/counters.ts';
import type { RuleCounters } from '../engine/engine.ts';
import type { Severity } from '../model/program.ts';
import type { Proposal } from './learn.ts';

/** What history would have brought; plain JSON, `version` changes with its form. Days are those of `zone`. */
export interface BacktestResult {
  readonly version: 1;
  readonly zone: string;
  /** Between which times the records lie, as ISO 8601; absent: there is none. */
  readonly from?: string;
  readonly to?: string;
  readonly read: ReadResult;
  readonly logs: readonly LogResult[];
  /** Those that raised, most alerts first, then those that matched, then the others in their order. */
  readonly rules: readonly RuleResult[];
  readonly channels: readonly ChannelResult[];
  readonly receivers: readonly ReceiverResult[];
  /** What rules and rule files had to say, with how often. */
  readonly notes: readonly { readonly code: string; readonly text: string; readonly times: number }[];
  /** Only where they are asked for. */
  readonly proposals?: readonly Proposal[];
}

/** How much was read, and how fast. */
export interface ReadResult {
  readonly lines: number;
  /** Of logs, unpacked. */
  readonly bytes: number;
  readonly candidates: number;
  readonly shortened: number;
  readonly seconds: number;
}

export interface LogResult {
  readonly log: string;
  readonly source: string;
  readonly files: readonly string[];
  readonly lines: number;
  readonly bytes: number;
  readonly from?: string;
  readonly to?: string;
  /** What could not be read, and why. */
  readonly failures: readonly { readonly file: string; readonly why: string }[];
}

/** One rule. `matched = raised + absorbed`, as in `status`. */
export interface RuleResult extends Omit<RuleCounters, 'skipped' | 'evicted'> {
  readonly severity?: Severity;
  /** Alerts begun: several raises of one key are one alert while it is open. */
  readonly alerts: number;
  /** What SEC's rules wanted done and was not. */
  readonly actions: number;
  readonly days: readonly { readonly day: string; readonly alerts: number; readonly raised: number }[];
  /** The commonest keys, each with its raises. */
  readonly keys: readonly (readonly [key: string, raises: number])[];
  readonly keyCount: number;
  readonly keysAreExact: boolean;
  readonly first?: string;
  readonly last?: string;
  /** The line of its first raise. */
  readonly sample?: string;
}

/** One channel: what it would have sent, and what that costs in US dollars. */
export interface ChannelResult {
  readonly channel: string;
  readonly kind: string;
  readonly price: number;
  readonly messages: number;
  readonly parts: number;
  readonly cost: number;
  readonly reasons: { readonly [reason: string]: number };
  readonly days: readonly {
    readonly day: string;
    readonly messages: number;
    readonly parts: number;
    readonly cost: number;
  }[];
  /** Its limits, with the days on which they were reached. */
  readonly limits: readonly LimitResult[];
}

export interface LimitResult {
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  readonly reserve: number;
  readonly days: readonly { readonly day: string; readonly times: number }[];
}

/** What became of all raises towards one receiver: the sums of `status`, over all rules. */
export type ReceiverResult = Omit<ReceiverCounters, 'rule'>;
