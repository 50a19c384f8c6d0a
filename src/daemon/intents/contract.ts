import type { EngineInput } from '../../model/effect.ts';
import type { Instant, Millis } from '../../model/time.ts';
import type { IntentRow } from '../../store/contract.ts';

/** How an intent ended. `lost`: it was not done, and will not be. */
export type Outcome =
  | { readonly type: 'done'; readonly text?: string }
  | { readonly type: 'lost'; readonly text: string };

export const done: Outcome = { type: 'done' };

export const lost = (text: string): Outcome => ({ type: 'lost', text });

/** An input that comes of an intent; the loop gives it its number and its time. */
export type MakeInput = (now: Instant, seq: number) => EngineInput;

/** What the world did, for the loop to take up in one piece. */
export interface Report {
  readonly make?: MakeInput;
  /** The states that change with it; asked for inside the turn that commits them. */
  readonly rows?: () => readonly IntentRow[];
  /** Called when it is committed. */
  readonly committed?: () => void;
}

/** What bounds the carrying out of intents. */
export interface IntentLimits {
  /** Commands that are not done yet; what comes beyond is given up and said. Of lines to write as many may wait before reading waits for them. */
  readonly waiting: number;
  /** Intents of all kinds that are not done yet; what comes beyond is given up and said. */
  readonly unsettled: number;
  /** Commands at once; the others wait in their order. */
  readonly commands: number;
  /** How long a command may run; absent: as long as it likes. */
  readonly commandTime?: Millis;
  /** Bytes of one line that a command prints; the rest of a longer one is left out. */
  readonly outputLine: number;
  /** Lines taken of one command in a second; it waits when it prints more. */
  readonly outputLines: number;
  /** Files kept open. */
  readonly files: number;
  /** Connections kept open. */
  readonly connections: number;
  /** Bytes that wait for one connection, or for one file; what comes beyond is given up and said. */
  readonly queued: number;
  readonly fileQueued: number;
  readonly connectTime: Millis;
}
