import type { z } from 'zod';
import type { Delivery, Expiry, Message } from '../model/delivery.ts';
import type { Instant, Millis } from '../model/time.ts';
import type { TextShape } from '../render/shape.ts';
import type { Secret } from './secret.ts';

/** What an open channel gets for one attempt. */
export interface Attempt {
  readonly message: Message;
  /** Which of `message.parts` to send, from 0. */
  readonly part: number;
  /** From 1. */
  readonly attempt: number;
  /** An earlier attempt of this part may have arrived: a "duplicate" answer then means sent. */
  readonly mayHaveArrived: boolean;
  /** The `reference` that this channel gave for its first message about the same alerts. */
  readonly earlier?: string;
  /** The `progress` of the newest attempt at this part that told one, also after a restart. */
  readonly progress?: string;
  readonly signal: AbortSignal;
}

/** One open channel. It never retries, sleeps or logs: it answers. It never rejects. */
export interface Channel {
  send(attempt: Attempt): Promise<Delivery>;
  /** Asks the service whether a message could be sent, without sending one. */
  probe?(signal: AbortSignal): Promise<ProbeResult>;
  close(): Promise<void>;
}

export type ProbeResult =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string; readonly hint?: string };

/** A limit on messages in a rolling window. */
export interface Budget {
  readonly window: Millis;
  readonly limit: number;
}

/** What a channel needs of the machine and of the rest of the configuration. */
export interface ChannelPorts {
  /** The channel's name in the configuration. */
  readonly name: string;
  readonly now: () => Instant;
  /** Bytes from a cryptographic source. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly stateDirectory: string;
  readonly http: HttpSettings;
  /** Where `accounts.NAME` points: the kind's own options, not yet opened. */
  readonly accounts: ReadonlyMap<string, AccountSettings>;
  /**
   * The screen: a line of text that is already safe for a terminal. Answers with the system's code of what kept
   * it from being written; never rejects.
   */
  readonly print: (text: string) => Promise<string | undefined>;
  /** Absent: nothing can be locked here, and what must be is not done. */
  readonly exclusive?: TakeExclusive;
  /**
   * What could not be written yet and exists nowhere else, by a name that begins with the kind's: it outlives a
   * reload, which opens channels anew, and ends with the process. Absent: it ends with the channel.
   */
  readonly unsaved?: Map<string, Secret>;
}

/**
 * Waits for the exclusive right to what `directory` stands for (it is created), against other processes
 * too; gives up when `signal` is aborted. The right ends with `release` or with the process. Never rejects.
 */
export type TakeExclusive = (
  directory: string,
  signal: AbortSignal,
) => Promise<{ readonly ok: true; release(): void } | { readonly ok: false; readonly detail: string }>;

/** `accounts.NAME.x` of the configuration. */
export interface AccountSettings {
  readonly name: string;
  readonly api: string;
}

/** How to reach the outside. */
export interface HttpSettings {
  /** `http://user@host:port`; the password is apart. Absent: HTTPS_PROXY and NO_PROXY rule. */
  readonly proxy?: {
    readonly url: string;
    readonly password?: () => string;
    readonly noProxy: readonly string[];
  };
  /** PEM text of further authorities. */
  readonly ca?: string;
}

/** One kind of channel: a row of the registry. */
export interface ChannelKind<Options> {
  readonly kind: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** Most attempts under way at once; 1 keeps strict order. */
  readonly concurrency: number;
  /** The service's own limits, the default of `budgets`. */
  readonly budgets: readonly Budget[];
  /** Whether "resolved" is told by default. */
  readonly resolved: boolean;
  /** It wakes nobody: unless the configuration says otherwise it does not heed quiet hours. */
  readonly isSilent?: true;
  /** Its messages stay on this machine: nothing is taken out of them unless the configuration says so. */
  readonly local?: true;
  /** US dollars for one part, as the service publishes it; absent: free. */
  readonly price?: number;
  /**
   * Whose limits the budgets are: channels with the same key spend from one budget and heed one rate
   * limit. Absent: each channel has its own. Pure.
   */
  budgetKey?(options: Options): string;
  /**
   * What later messages about an alert do: stand under its first one, or change what that one shows.
   * Absent: each stands alone.
   */
  readonly followUps?: 'thread' | 'update';
  /** What must be there that does not come with the program: an npm package, another program. */
  readonly needs?: string;
  /** The real thing, or what stood in for it, that its tests meet. */
  readonly shownAgainst?: string;
  /** Options that are templates of the alert: mistakes in them are told when the configuration is loaded. */
  readonly templates?: readonly string[];
  /** How texts must be cut and cleaned for it. */
  readonly shape: TextShape;
  /** The shape where options change it: how many parts, which letters. Pure. */
  shapeFor?(options: Options): TextShape;
  open(options: Options, ports: ChannelPorts): Promise<Channel>;
  /**
   * What ends that it does not work without, as far as that can be found out now: certificates, secrets.
   * Sends nothing and never rejects; what cannot be found out is left out.
   */
  expiries?(options: Options, ports: ChannelPorts, signal: AbortSignal): Promise<readonly Expiry[]>;
}
