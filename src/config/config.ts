import type { AlertingRules, BudgetRule, Receiver, Route } from '../alerting/contract.ts';
import type { AccountSettings, ChannelKind, HttpSettings } from '../channels/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Pattern, Program } from '../model/program.ts';
import type { Millis } from '../model/time.ts';
import type { RuleTest } from '../rehearsal/contract.ts';
import type { SourceKind } from '../sources/contract.ts';
import type { MetricsPlace } from './metrics.ts';

/** Everything the daemon works by, read from the user's files and found free of mistakes. */
export interface Config {
  /** The files it was read from, in the order in which they were read. */
  readonly files: readonly string[];
  readonly sources: readonly SourceConfig[];
  /** They are read this one time: what is unfinished at their end counts as finished (`watch --once`). */
  readonly once?: boolean;
  readonly program: Program;
  /** Those of the warnings that are mistakes in rule files: their rules were left out, the rest runs. */
  readonly broken: readonly Diagnostic[];
  /** What in rule files does something else than it seems to, or lets log text reach a shell: for `check`. */
  readonly traps: readonly Diagnostic[];
  /** Rules of rule files because of which every record is looked at, with the reason. */
  readonly everyRecord: readonly { readonly file: string; readonly line: number; readonly why: string }[];
  /** The regular expressions in rule files, where they stand. */
  readonly expressions: readonly Pattern[];
  /** Whether some rules ask Perl. */
  readonly perl: boolean;
  readonly channels: readonly ChannelConfig[];
  /** Named chains, then one of a single channel for each channel that is used as a receiver. */
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
  readonly inhibit?: NonNullable<AlertingRules['inhibit']>;
  readonly storm?: NonNullable<AlertingRules['storm']>;
  readonly flapping?: NonNullable<AlertingRules['flapping']>;
  /** How long before it ends it is told that something ends which a channel needs; absent: never. */
  readonly expiryAhead?: Millis;
  /** Who is told regularly that the program works: URLs and absolute paths. */
  readonly heartbeat?: Heartbeat;
  /** Where figures are given out; absent: nowhere. */
  readonly metrics?: MetricsPlace;
  /** When receivers get a test: an expression that `parseCron` reads, an IANA zone, and who. */
  readonly drill?: {
    readonly schedule: string;
    readonly zone: string;
    readonly receivers: readonly string[];
  };
  readonly accounts: readonly AccountSettings[];
  readonly http: HttpSettings;
  readonly limits: Limits;
  /** How much disorder of event times is taken into account. */
  readonly late: Millis;
  /** IANA name of the zone of stamps that carry none. */
  readonly zone: string;
  /** What the files say should happen on which lines. */
  readonly tests: readonly RuleTest[];
}

/** A source as configured: its row of the registry and that kind's own options. */
export interface SourceConfig {
  readonly name: string;
  readonly kind: SourceKind<unknown>;
  readonly options: unknown;
  /** A line format's name, or `auto`. */
  readonly format: string;
}

/** A channel as configured: its row of the registry and that kind's own options. */
export interface ChannelConfig {
  readonly name: string;
  readonly kind: ChannelKind<unknown>;
  readonly options: unknown;
  /** Rolling windows; the service's own limits unless the configuration says otherwise. */
  readonly budgets: readonly BudgetRule[];
  /** US dollars for one part. */
  readonly price?: number;
  /** Whether "resolved" is told. */
  readonly resolved: boolean;
}

/** A sign of life, at once and every so often. */
export interface Heartbeat {
  readonly every: Millis;
  readonly to: readonly string[];
}

/** What bounds everything that can grow. */
export interface Limits {
  /** Bytes of one line; the rest of a longer one is cut off and counted. */
  readonly maxLine: number;
  /** Correlations one rule keeps; beyond, the oldest goes and is counted. */
  readonly keysPerRule: number;
  /** Bytes of the ledger; beyond, the oldest delivered alerts go. */
  readonly ledger: number;
  /** Age at which delivered alerts are deleted. */
  readonly keep: Millis;
  /** Notifications that may wait at one receiver before they are joined. */
  readonly maxWaiting: number;
  /** After this long without success a notification is given up, and said so. */
  readonly giveUpAfter: Millis;
}
