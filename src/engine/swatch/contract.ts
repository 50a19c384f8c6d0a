import type { MatchPorts } from '../../match/contract.ts';
import type { Intent } from '../../model/intent.ts';
import type { Instant } from '../../model/time.ts';
import type { KeyTable } from '../kind.ts';
import type { LocalTime } from '../sec/contract.ts';
import type { SwatchAction, SwatchPlace } from './program.ts';
import type { ThresholdState } from './threshold.ts';
import type { ThrottleState } from './throttle.ts';

/** A line as swatch sees it. */
export interface SwatchLine {
  /** A byte string without its newline. */
  readonly text: string;
  /** The time that its counters and `when` go by; an earlier one than before counts as the same. */
  readonly now: Instant;
  /** The time in the line itself. */
  readonly at: Instant;
}

export type SwatchOutput =
  /** An action is to be done; `key` is what its block's throttle or threshold tells events apart by. */
  | {
      readonly type: 'do';
      readonly place: SwatchPlace;
      /** The block it stands in. */
      readonly block: SwatchPlace;
      readonly action: SwatchAction['type'];
      readonly key: string;
      readonly message: string;
      readonly groups: { readonly [name: string]: string };
      readonly intents: readonly Intent[];
    }
  /** A line came to nothing in a block that it matched. */
  | { readonly type: 'absorbed'; readonly reason: 'excepted' | 'window' | 'when' }
  /** Of no further interest until it is told to begin anew: an action said `quit`. */
  | { readonly type: 'quit'; readonly place: SwatchPlace }
  | { readonly type: 'cutOff'; readonly place: SwatchPlace }
  | { readonly type: 'refused'; readonly place: SwatchPlace; readonly why: string };

export interface SwatchPorts {
  readonly match: MatchPorts;
  readonly localTime: (at: Instant) => LocalTime;
  /** Of all blocks, as with swatch itself: the same key in two of them is the same. */
  readonly throttles: KeyTable<ThrottleState>;
  /** By block or action, then key. */
  readonly thresholds: KeyTable<ThresholdState>;
}
