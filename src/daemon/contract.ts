import type { SilenceRequest } from '../alerting/contract.ts';
import type { Silence } from '../alerting/silence.ts';
import type { ChannelPorts } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Notification } from '../model/alert.ts';
import type { Signal } from '../model/intent.ts';
import type { Fields, Severity } from '../model/program.ts';
import type { Ledger, LedgerFailure } from '../store/contract.ts';
import type { Outside } from './answers.ts';
import type { ClockMode } from './clock.ts';
import type { Reach } from './crash-points.ts';
import type { EmergencyPace } from './emergency.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/contract.ts';
import type { OpenAlerts } from './metrics/open-alerts.ts';
import type { OpenChannels } from './open-channels.ts';
import type { IntentSettings } from './open-intents.ts';
import type { MakeEngine } from './recovery.ts';
import type { Status } from './status.ts';
import type { Item, Way } from './loop.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly config: Config;
  readonly ledger: Ledger;
  /** False where the ledger is in memory. */
  readonly durable: boolean;
  readonly mode: ClockMode;
  /** False: sources end when they are read (`--once`). */
  readonly follow: boolean;
  readonly match: MatchPorts;
  /** Absent: rules cannot ask Perl. */
  readonly perl?: NonNullable<Outside['perl']>;
  /** Absent: the engine of this house. */
  readonly makeEngine?: MakeEngine;
  /** How what rules want done is carried out; absent: only shown where nothing is kept, else carried out. */
  readonly intents?: IntentSettings;
  readonly now: () => number;
  readonly channelPorts: (config: Config) => Omit<ChannelPorts, 'name'>;
  readonly log: Log;
  readonly reach: Reach;
  /** When people hear of a ledger that cannot be written; absent: the usual. */
  readonly emergencyPace?: Partial<EmergencyPace>;
  /** The ledger was damaged: what was carried over, in sentences. */
  readonly rescued?: readonly string[];
}

/** A running Bird Sentinel. */
export interface Daemon {
  /** Goes on with what rules wanted done, and opens the sources. */
  start(): void;
  /** Settles when every source has ended by itself. */
  sourcesEnded(): Promise<void>;
  /** Nothing queued, nothing under way. */
  quiet(): boolean;
  /** Settles when an input that asks for nothing has gone the whole way into the ledger. */
  pulse(): Promise<void>;
  /** Takes a human's message; answers with its alerts' ids once it is safe in the ledger. */
  send(message: OutgoingText): Promise<readonly string[]>;
  /** What became of the messages of these alerts: per receiver the newest of its chain. */
  outcome(alerts: readonly string[]): readonly Notification[];
  /** Messages that are neither delivered nor given up. */
  undelivered(): number;
  /** Ids of the alerts that begin so. */
  find(prefix: string): readonly string[];
  /** Ends an alert by hand; false: it is not open. */
  resolve(alert: string, why: string): Promise<boolean>;
  /** Somebody takes care of an alert; false: it is not open. */
  acknowledge(alert: string, author: string, note: string): Promise<boolean>;
  /** Adds a silence and answers with its id; undefined: alerting refused it. */
  silence(request: SilenceRequest): Promise<string | undefined>;
  /** Ends a silence before its time. */
  expire(silence: string): Promise<void>;
  /** Those that have not ended, oldest first. */
  silences(): readonly Silence[];
  /** Tells the rules of a signal, and opens their outputs anew when it asks for that; settles when that is safe. */
  signal(signal: Signal): Promise<void>;
  reload(config: Config): Promise<LedgerFailure | undefined>;
  status(): Status;
  /** Everything that is told in figures. */
  metrics(): Promise<Metrics>;
  /** Open alerts, the worst first. */
  openAlerts(limit: number): OpenAlerts;
  /** The ledger's trouble, while it lasts. */
  trouble(): LedgerFailure | undefined;
  /** Milliseconds since it began; 0 when there is none. */
  troubledFor(): number;
  /** Closes sources, finishes sends under way (at most `graceMs`), writes a checkpoint. */
  stop(graceMs: number): Promise<void>;
}

/** A message that a human sends. */
export interface OutgoingText {
  readonly to: readonly string[];
  readonly text: string;
  readonly severity: Severity;
  readonly fields?: Fields;
  /** It only tries the way, and says so. */
  readonly isDrill?: boolean;
}

/** What a reload replaces, all of it between two turns of the loop. */
export interface Current {
  config: Config;
  way: Way;
  channels: OpenChannels;
}

/** Hands something to the loop. */
export type Offer = (item: Item) => void;
