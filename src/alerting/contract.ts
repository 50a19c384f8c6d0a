import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Expiry, Outcome } from '../model/delivery.ts';
import type { Effect } from '../model/effect.ts';
import type { Fields, Severity } from '../model/program.ts';
import type { RuleSum } from './check-sums.ts';
import type { Instant, Millis } from '../model/time.ts';

/** A chain of channels: the next is tried when the one before fails, is out of budget, or stays silent. */
export interface Receiver {
  readonly name: string;
  readonly channels: readonly string[];
  /** How long one channel may stay without success before the next is tried too. */
  readonly nextAfter: Millis;
  /** A channel that stands beside named receivers: told when it is named, not when everybody is. */
  readonly onlyByName?: true;
  readonly quietHours?: QuietHours;
  /** When it gets the summary of a day, also of one on which nothing happened. */
  readonly digest?: DailyTime;
}

/** A time of day, in milliseconds from midnight as clocks in the IANA zone show it. */
export interface DailyTime {
  readonly at: number;
  readonly zone: string;
}

/** When a receiver does not want to hear of what is not urgent: it is told in one message afterwards. */
export interface QuietHours {
  readonly name: string;
  /** Milliseconds from midnight; they pass midnight if `to` is not later. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** Severities that are held. */
  readonly hold: readonly Severity[];
  /** Channels that do not care what time it is. */
  readonly exempt: readonly string[];
}

/** Which alerts something is for: all of it must hold. An absent member matches everything. */
export interface When {
  readonly severity?: readonly Severity[];
  /** Globs over rule ids (`*` and `?`). */
  readonly rule?: readonly string[];
  /** Further fields by name, as globs. */
  readonly fields: { readonly [name: string]: readonly string[] };
}

/** First match wins unless `continues`. */
export interface Route {
  readonly when: When;
  readonly to: readonly string[];
  readonly continues: boolean;
  /** An open alert that nobody acknowledged is told again after this long. */
  readonly repeat?: Millis;
  readonly escalate?: Escalation;
  readonly group?: Grouping;
}

/** Who is told too of an open alert that nobody acknowledged for `after`. */
export interface Escalation {
  readonly after: Millis;
  readonly to: readonly string[];
}

/** Alerts for one receiver that have all of `by` in common go out together. */
export interface Grouping {
  /** `rule`, `severity`, `key`, or names of fields. */
  readonly by: readonly string[];
  /** How long the first alert of a group waits for others. */
  readonly wait: Millis;
  /** The least time between two messages of one group. */
  readonly every: Millis;
}

/** Most attempts in a rolling window. */
export interface BudgetRule {
  readonly window: Millis;
  readonly limit: number;
  /** How many of them only critical messages may use. Absent: none. */
  readonly reserve?: number;
}

/** What alerting must know of a channel. */
export interface ChannelRules {
  readonly name: string;
  readonly concurrency: number;
  readonly budgets: readonly BudgetRule[];
  /** US dollars for one part, for `status`. */
  readonly price?: number;
  /**
   * Channels with the same key spend from one budget, each by its own limits, and heed one rate limit:
   * that of a service's account. Absent: its own alone.
   */
  readonly budgetKey?: string;
  /** Whether "resolved" is told. */
  readonly resolved: boolean;
}

/** The part of the configuration that decides who hears of what. */
export interface AlertingRules {
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
  readonly channels: readonly ChannelRules[];
  /** After this long without success a notification is given up. */
  readonly giveUpAfter: Millis;
  /** Most notifications one message may join; also bounds memory of what waits. */
  readonly maxWaiting: number;
  /** Most open alerts held in memory; the oldest is closed beyond it. Absent: 20,000. */
  readonly maxOpen?: number;
  readonly inhibit?: readonly Inhibition[];
  readonly storm?: StormRules;
  readonly flapping?: FlapRules;
  /** Most silences at a time; a further one is refused. Absent: 1,000. */
  readonly maxSilences?: number;
  /** How long before its end it is told that something ends which a channel needs. Absent: never. */
  readonly expiryAhead?: Millis;
}

/** While an alert of `source` is open, those of `target` with equal fields are muted. */
export interface Inhibition {
  readonly source: When;
  readonly target: When;
  readonly equal: readonly string[];
}

/** More than `above` tellings `within` a time for one receiver are a storm. */
export interface StormRules {
  readonly above: number;
  readonly within: Millis;
  /** How many of each rule go at once in a storm; the others are joined. */
  readonly first: number;
}

/** An alert that begins more than `above` times `within` a time is not told each time. */
export interface FlapRules {
  readonly above: number;
  readonly within: Millis;
}

/** Alerts that nobody shall be told of for a while, and who wanted that. */
export interface SilenceRequest {
  readonly when: When;
  readonly author: string;
  readonly comment: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** How long before its end it is told that it ends; absent: a quarter of an hour if it lasts an hour. */
  readonly remind?: Millis;
}

/** The only ways the world reaches alerting. */
export type AlertingInput =
  | { readonly type: 'effect'; readonly now: Instant; readonly effect: Effect }
  | {
      readonly type: 'settled';
      readonly now: Instant;
      readonly notification: string;
      readonly part: number;
      readonly parts: number;
      readonly delivery: Outcome;
    }
  | { readonly type: 'tick'; readonly now: Instant }
  /**
   * After a start: whatever was under way has an unknown outcome. The only input that sets a clock back,
   * if that lies more than a minute ahead of `now`.
   */
  | { readonly type: 'started'; readonly now: Instant }
  | {
      readonly type: 'send';
      readonly now: Instant;
      readonly seq: number;
      /** Receivers; empty: as routes say. */
      readonly to: readonly string[];
      readonly text: string;
      readonly severity: Severity;
      /** What routes and channels can look at; absent: nothing. */
      readonly fields?: Fields;
      /** It only tries the way: told as a test, by the rule `sentinel/drill`. */
      readonly isDrill?: boolean;
    }
  | {
      readonly type: 'resolve';
      readonly now: Instant;
      readonly alert: string;
      readonly why: string;
      /** Its rule is not what it was: one that ends by itself, when everyone was told, is left to that. */
      readonly isOrphan?: boolean;
    }
  /** Somebody takes care of an open alert: it is neither repeated nor escalated, its raises are muted. */
  | {
      readonly type: 'ack';
      readonly now: Instant;
      /** The whole id. */
      readonly alert: string;
      readonly author: string;
      readonly note: string;
    }
  /** What ends of what a channel needs, as far as it is known now. */
  | {
      readonly type: 'expiries';
      readonly now: Instant;
      readonly channel: string;
      readonly expiries: readonly Expiry[];
    }
  /** The engine's counters, to be checked now and then: matched = raised + absorbed. */
  | { readonly type: 'rule-sums'; readonly now: Instant; readonly rules: readonly RuleSum[] }
  /** `silenceId(seq)` names it; refused (and not in `silences()` then) if it ends before it begins or now. */
  | {
      readonly type: 'silence-add';
      readonly now: Instant;
      readonly seq: number;
      readonly silence: SilenceRequest;
    }
  /** Ends a silence before its time. */
  | { readonly type: 'silence-expire'; readonly now: Instant; readonly silence: string };

/** What alerting decides; the shell commits it, then carries `attempt` out. */
export type AlertingOutput =
  | { readonly type: 'alert'; readonly alert: Alert }
  | { readonly type: 'notification'; readonly notification: Notification }
  /** Make one attempt at `notification.part`; its state is `sending` already. */
  | {
      readonly type: 'attempt';
      readonly notification: Notification;
      readonly mayHaveArrived: boolean;
      /** The channel's own reference to its first message about the same alerts. */
      readonly earlier?: string;
      /** What the channel said is done of it. */
      readonly progress?: string;
    }
  | { readonly type: 'decision'; readonly decision: Decision };
