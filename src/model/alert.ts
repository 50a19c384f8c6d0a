import type { Fields, Severity } from './program.ts';
import type { Instant, Millis } from './time.ts';

/** The rule that a human's own message (`send`) counts as. */
export const sendRule = 'sentinel/send';

/** The rule that a message counts as which only tries the way (`drill`). */
export const drillRule = 'sentinel/drill';

/** What a raise tells templates beyond the fields. */
export interface Occurrence {
  /** Events behind this raise: 1 for a plain match, the number in the window for `count`. */
  readonly count: number;
  readonly first: Instant;
  readonly last: Instant;
  readonly window?: Millis;
  readonly distinct?: readonly string[];
  readonly fields: Fields;
  readonly host?: string;
  readonly program?: string;
  readonly source: string;
  readonly stream: string;
  readonly offset: number;
  /** The record that completed the condition, whole. */
  readonly line: string;
}

/** That somebody takes care of an alert. */
export interface Acknowledgement {
  readonly author: string;
  readonly note: string;
  readonly at: Instant;
}

/** One episode: from the first raise to clear, resolve, or `quiet` after the last raise. */
export interface Alert {
  /** Ten characters of Crockford's base 32, from rule, key and the raising input's number. */
  readonly id: string;
  readonly rule: string;
  /** The key's values, in the order of the rule's `key`. */
  readonly key: readonly string[];
  readonly severity: Severity;
  readonly status: 'open' | 'resolved';
  /** Raises so far, and how many of them were muted since it was last told. */
  readonly raises: number;
  readonly mutedSinceTold: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** When a message about it was last made; absent: all its raises were muted. */
  readonly toldAt?: Instant;
  readonly resolvedAt?: Instant;
  /** Who takes care of it. */
  readonly ack?: Acknowledgement;
  /** The newest raise. */
  readonly last: Occurrence;
  /** The first few lines, each cut to a kibibyte. */
  readonly samples: readonly string[];
}

export type NotificationReason =
  | 'first'
  | 'repeated'
  | 'escalated'
  | 'resolved'
  | 'digest'
  | 'joined'
  | 'test';

/**
 * `pending` waits (for its time, its turn or its budget); `held` waits for others to go out with it (a
 * group, the end of quiet hours or of a storm); `sending` was written down before the
 * attempt; `unknown` may have arrived and is repeated; `dead` was given up with a reason; `joined` went
 * out inside another notification; `passed` went to the next channel of its chain.
 */
export type NotificationState =
  | 'pending'
  | 'sending'
  | 'sent'
  | 'unknown'
  | 'dead'
  | 'held'
  | 'joined'
  | 'muted'
  | 'passed';

/** Why many raises are told in one message. */
export type SummaryCause = 'group' | 'quiet-hours' | 'storm' | 'storm-over' | 'budget';

/** What a message of many raises says of them all, also of those whose alerts it does not list. */
export interface Summary {
  readonly cause: SummaryCause;
  /** What a group has in common; the name of the quiet hours. */
  readonly title?: string;
  readonly raises: number;
  /** The most frequent rules with their raises, and how many rules there are. */
  readonly kinds: readonly (readonly [rule: string, raises: number])[];
  readonly kindCount: number;
  readonly first: Instant;
  readonly last: Instant;
  /** The commonest keys; when they are not exact, each was raised at least as often. */
  readonly keys: readonly (readonly [key: string, raises: number])[];
  readonly keysAreExact: boolean;
  /** Of the last message of a storm: since when it lasted, and all that was joined in it. */
  readonly storm?: { readonly since: Instant; readonly joined: number };
}

/**
 * What happened for one receiver since its last summary:
 * `raised + waited = delivered + joined + muted + held + pending + undelivered`.
 */
export interface Digest {
  readonly since: Instant;
  readonly until: Instant;
  readonly raised: number;
  /** Raises that were held or pending at `since`. */
  readonly waited: number;
  readonly delivered: number;
  readonly joined: number;
  /** By reason. */
  readonly muted: { readonly [reason: string]: number };
  readonly held: number;
  readonly pending: number;
  readonly undelivered: number;
  /** The rules that raised most, and how many raised. */
  readonly rules: readonly (readonly [rule: string, raises: number])[];
  readonly ruleCount: number;
  /** Alerts open at `until`, for whomever. */
  readonly open: number;
}

/** An outbox row: one alert (or several, joined) on its way to one receiver by one channel. */
export interface Notification {
  readonly id: string;
  readonly alerts: readonly string[];
  /** How many alerts it tells of, when that is more than `alerts` lists. */
  readonly total?: number;
  readonly severity: Severity;
  readonly receiver: string;
  readonly channel: string;
  /** Position of `channel` in the receiver's chain, from 0. */
  readonly hop: number;
  readonly reason: NotificationReason;
  readonly state: NotificationState;
  readonly createdAt: Instant;
  readonly dueAt: Instant;
  /** Attempts made for the part now due. */
  readonly attempt: number;
  /** The first part not yet sent, from 0; how many there are, once rendered. */
  readonly part: number;
  readonly parts?: number;
  /** Of a message that gathered many raises. */
  readonly summary?: Summary;
  /** Of a daily summary; it lists no alerts. */
  readonly digest?: Digest;
  /** Raises muted before this message, and since when: "seen N times since …". */
  readonly suppressed?: { readonly count: number; readonly since: Instant };
  /** Why it is in this state, in the words of `alerts why`. */
  readonly why?: string;
  /** What the channel gave as proof, part by part. */
  readonly receipts?: readonly string[];
  /** The notification that carries this one (`joined`), or that goes on for it (`passed`). */
  readonly by?: string;
}

/** One step of an alert's life, kept for `alerts why`. */
export interface Decision {
  readonly at: Instant;
  readonly alert: string;
  readonly notification?: string;
  readonly step:
    | 'raised'
    | 'kept'
    | 'muted'
    | 'acknowledged'
    | 'held'
    | 'routed'
    | 'queued'
    | 'waits'
    | 'joined'
    | 'attempt'
    | 'sent'
    | 'retry'
    | 'unknown'
    | 'passed'
    | 'dead'
    | 'resolved';
  readonly text: string;
}
