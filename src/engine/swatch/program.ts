/** Where a block or an action of a rule file stands; line from 1. */
export interface SwatchPlace {
  readonly file: string;
  readonly line: number;
}

/** A piece of a text that is filled in for each line. Texts are byte strings. */
export type SwatchPart =
  | { readonly type: 'text'; readonly text: string }
  /** The whole line: `$0`, `$*`, `$_`. */
  | ({ readonly type: 'line' } & Changed)
  /** A group of the expression that matched last, by number or name; `0`: all that it matched. */
  | ({ readonly type: 'match'; readonly group: string } & Changed)
  /** A field of the line between blanks, from 1. */
  | ({ readonly type: 'field'; readonly number: number } & Changed);

/** What comes of the log may have its letters changed (`changeLetters`); absent: it is given as it is. */
interface Changed {
  readonly letters?: string;
}

export type SwatchText = readonly SwatchPart[];

/** A boolean expression over regular expressions, evaluated from left to right and no further than needed. */
export type SwatchCondition =
  | { readonly type: 'regex'; readonly source: string; readonly line: number; readonly column: number }
  | { readonly type: 'all' | 'any'; readonly of: readonly SwatchCondition[] }
  | { readonly type: 'not'; readonly of: SwatchCondition }
  | { readonly type: 'constant'; readonly value: boolean };

/**
 * Lets some of the events of a key pass. `limit`: the first `count` of a window; `threshold`: every `count`th
 * within a window; `both`: once a window, at the `count`th. A window is of whole seconds of the clock.
 */
export interface SwatchThreshold {
  readonly trackBy: SwatchText;
  readonly type: 'limit' | 'threshold' | 'both';
  readonly count: number;
  readonly seconds: number;
}

/** Lets the first event of a key pass, and then one after each `hold` (seconds), or each `every`th. */
export interface SwatchThrottle {
  readonly hold?: number;
  readonly every?: number;
  /** Absent: the line without the time at its beginning. */
  readonly key?: SwatchText;
  /** `stamp`: the time of the line itself. */
  readonly time: 'clock' | 'stamp';
}

/** Days (0 is Sunday) and hours in which an action is done. */
export interface SwatchWhen {
  readonly days: readonly number[];
  readonly hours: readonly number[];
}

/** A command whose words never meet a shell, or a script for one that finds the line's texts in `$1`, `$2`, … */
export type SwatchCommand =
  | { readonly type: 'words'; readonly words: readonly SwatchText[] }
  | { readonly type: 'script'; readonly script: string; readonly values: readonly SwatchText[] };

/** What every action can have. */
export interface SwatchActionCommon {
  readonly place: SwatchPlace;
  readonly when?: SwatchWhen;
  /** Instead of the line. */
  readonly message?: SwatchText;
  readonly threshold?: SwatchThreshold;
}

export type SwatchAction = SwatchActionCommon &
  (
    | {
        readonly type: 'echo';
        /** Parameters of ECMA-48's SGR, such as `1;31`; empty: as it is. */
        readonly style: string;
      }
    | { readonly type: 'bell'; readonly rings: number }
    | { readonly type: 'exec'; readonly command: SwatchCommand }
    | {
        readonly type: 'mail';
        readonly to: SwatchText;
        readonly subject: SwatchText;
        readonly mailer: readonly string[];
      }
    | { readonly type: 'pipe'; readonly command: SwatchCommand; readonly keepOpen: boolean }
    | { readonly type: 'write'; readonly program: string; readonly users: readonly SwatchText[] }
  );

export interface SwatchBlock {
  readonly place: SwatchPlace;
  readonly type: 'watchfor' | 'ignore';
  readonly condition: SwatchCondition;
  readonly threshold?: SwatchThreshold;
  readonly throttle?: SwatchThrottle;
  readonly actions: readonly SwatchAction[];
  /** Where a line that matched goes on. */
  readonly after: 'nextLine' | 'nextBlock' | 'quit';
  /** Of all that its counters depend on: they are kept while it stays the same. */
  readonly hash: string;
}

/** One configuration of swatch, included files in their place. */
export interface SwatchProgram {
  readonly blocks: readonly SwatchBlock[];
}
