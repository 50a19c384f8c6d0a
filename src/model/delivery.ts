import type { Digest, Summary } from './alert.ts';
import type { Severity } from './program.ts';
import type { Instant, Millis } from './time.ts';

/** The words of a notification for one channel, rendered once, at the first attempt, and kept. */
export interface Message {
  readonly title: string;
  readonly body: string;
  /** What is sent one by one; at least one. */
  readonly parts: readonly string[];
  readonly severity: Severity;
  /** The same for every attempt; parts add `-N`. */
  readonly idempotencyKey: string;
  /** The alert as data, for channels that carry structure. */
  readonly payload: AlertPayload;
}

/** The alert as webhook and exec see it. A version change means a new `version`. */
export interface AlertPayload {
  readonly version: 1;
  readonly id: string;
  readonly status: 'open' | 'resolved';
  readonly reason: string;
  readonly rule: string;
  readonly key: readonly string[];
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly host?: string;
  readonly program?: string;
  readonly source: string;
  readonly line: string;
  /** Where it is explained what the alert means, if its rule says so. */
  readonly link?: string;
  readonly fields: { readonly [name: string]: unknown };
  /** The rule's named groups only, as strings. */
  readonly groups: { readonly [name: string]: string };
  readonly suppressed?: number;
  /** Ids of the other alerts in a joined message, as far as it lists them. */
  readonly joined?: readonly string[];
  /** How many alerts a joined message tells of, this one and unlisted ones included. */
  readonly total?: number;
  /** How many different things were taken out of this object, by what they are. */
  readonly redacted?: { readonly [what: string]: number };
  /** Of a daily summary. */
  readonly digest?: Omit<Digest, 'since' | 'until'> & { readonly since: string; readonly until: string };
  /** Of a message that gathered many raises: what stands for those it does not list. */
  readonly summary?: Omit<Summary, 'first' | 'last' | 'storm'> & {
    readonly first: string;
    readonly last: string;
    readonly storm?: { readonly since: string; readonly joined: number };
  };
}

/** Something that a channel does not work without, and that ends. */
export interface Expiry {
  /** What it is, in words without secrets: `the certificate of mail.example.org:465`. */
  readonly what: string;
  readonly at: Instant;
}

export type FailureReason =
  | 'auth'
  | 'rateLimited'
  | 'outOfCredit'
  | 'rejected'
  | 'tooLong'
  | 'recipient'
  | 'unavailable'
  | 'timeout';

/** What a service told of its limits in passing: learned by budgets. Windows in milliseconds. */
export interface LimitReport {
  readonly window: Millis;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Instant;
}

/**
 * What a channel answers for one part. `retry`: nothing was done but for its `progress`, try again; `unknown`: it may have
 * been done; `failed`: trying again would not help.
 */
export type Delivery =
  | {
      readonly type: 'sent';
      readonly receipt?: string;
      /** By which the channel finds this message again, to answer or to change it: at most 200 bytes. */
      readonly reference?: string;
      readonly limits?: readonly LimitReport[];
    }
  | {
      readonly type: 'retry';
      readonly reason: FailureReason;
      readonly detail: string;
      readonly afterMs?: Millis;
      /** What of it is done after all, in the channel's own words for its next attempt: at most 2,000 bytes. */
      readonly progress?: string;
      readonly limits?: readonly LimitReport[];
    }
  | { readonly type: 'unknown'; readonly detail: string; readonly limits?: readonly LimitReport[] }
  | { readonly type: 'failed'; readonly reason: FailureReason; readonly detail: string };

/** An attempt that was released but not made, as the program was about to end: no channel was asked. */
export interface NotTried {
  readonly type: 'notTried';
  readonly detail: string;
}

/** How an attempt ended: with a channel's answer, or before a channel was asked. */
export type Outcome = Delivery | NotTried;
