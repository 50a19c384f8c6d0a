import type { MatchPorts } from '../../match/contract.ts';
import type { Intent, Signal } from '../../model/intent.ts';
import type { Row } from '../../model/machine.ts';
import type { Instant } from '../../model/time.ts';

/**
 * The ways the world reaches an instance of SEC. `now` never goes back; SEC counts in whole seconds, so only
 * its second matters. The shell (or the engine) decides whether a second's housekeeping comes before or after
 * its lines: usually before.
 */
export type SecInput =
  /** Before anything else: the internal event, and the first housekeeping. */
  | { readonly type: 'started'; readonly now: Instant }
  /** One line as a byte string without its newline; `context` is the one bound to its input. */
  | {
      readonly type: 'line';
      readonly now: Instant;
      readonly source: string;
      readonly context?: string;
      readonly text: string;
    }
  /**
   * The clock moved: housekeeping at each due second up to `now`, and the events that come of it. `resumed`:
   * the program did not run meanwhile; the minutes that Calendar rules missed stay missed, as with SEC.
   */
  | { readonly type: 'tick'; readonly now: Instant; readonly resumed?: true }
  /** What a child wrote: lines that end with a newline, the last one with or without; empty text is nothing. */
  | { readonly type: 'output'; readonly now: Instant; readonly child: string; readonly text: string }
  /** The exit code as a shell has it; undefined: the child was lost in a restart of the program. */
  | {
      readonly type: 'finished';
      readonly now: Instant;
      readonly child: string;
      readonly exit: number | undefined;
    }
  /**
   * HUP: all state goes; ABRT: state of `changed` files goes (the shell built a new machine and restored it
   * if rules changed); USR2 and the others: internal events only. What the signal means for inputs and
   * outputs is the shell's. Of a restart the `before` half is what the old rules make of its announcement,
   * and the `after` half the rest, but for events that wait; absent: all of it.
   */
  | {
      readonly type: 'signal';
      readonly now: Instant;
      readonly signal: Signal;
      readonly half?: 'before' | 'after';
    }
  /** The end: the internal event. */
  | { readonly type: 'ended'; readonly now: Instant };

/** Which rule of which file. */
export interface SecPlace {
  readonly file: string;
  readonly rule: number;
  readonly line: number;
}

export type SecOutput =
  /** Something to do. `action` is SEC's name of it; `desc` is what `%s` stood for. */
  | {
      readonly type: 'do';
      readonly place?: SecPlace;
      readonly action: string;
      readonly desc: string;
      readonly intent: Intent;
    }
  /** A synthetic event entered the queue (a delayed one: when it became due). `context`: of `cevent` without delay. */
  | { readonly type: 'queued'; readonly text: string; readonly context?: string }
  /** An internal event such as SEC_STARTUP is being handled. */
  | { readonly type: 'internal'; readonly name: string }
  /** A mistake of a rule that shows only now, a limit reached; never the text of a log line alone. */
  | { readonly type: 'warning'; readonly place?: SecPlace; readonly code: string; readonly text: string };

/** A broken-down local time. */
export interface LocalTime {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  /** 1 to 12. */
  readonly month: number;
  readonly year: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** The zone's abbreviation at that time, such as `UTC` or `CET`. */
  readonly zone: string;
  /** Minutes east of Greenwich. */
  readonly offset: number;
}

/** A value of Perl: text, nothing, or a reference that stays in the child. */
export type PerlValue = string | null | { readonly ref: number };

/** A question to the Perl child. `code` is Perl text; `function` a reference it gave before. */
export type PerlCall =
  /** Evaluates the text; a code reference comes back as `ref`. */
  | { readonly type: 'eval'; readonly code: string }
  | { readonly type: 'call'; readonly function: number; readonly args: readonly PerlArgument[] };

/** An argument: a value, or a hash (the variables of a match) or a list of values, both passed by reference. */
export type PerlArgument =
  | PerlValue
  | { readonly hash: { readonly [name: string]: PerlValue } }
  | { readonly list: readonly PerlValue[] };

export type PerlAnswer =
  /** All values of the list; a single hash reference's members come as `hash`. */
  | {
      readonly ok: true;
      readonly values: readonly PerlValue[];
      readonly hash?: { readonly [name: string]: string | null };
      readonly changed?: ChangedHashes;
    }
  | { readonly ok: false; readonly error: string; readonly changed?: ChangedHashes };

/** Hashes among the arguments that a function changed, by their places, as they are now. */
export type ChangedHashes = readonly (readonly [
  place: number,
  hash: { readonly [name: string]: string | null },
])[];

export interface SecLimits {
  /** Synthetic events handled for one input before the rest is dropped and said. */
  readonly eventsPerInput: number;
  /** Rounds of one `while`. */
  readonly rounds: number;
  /** Operations of one rule, contexts, events in a store where SEC itself sets no limit; the oldest gives way. */
  readonly operations: number;
  readonly contexts: number;
  readonly store: number;
  /** Characters of one value that state keeps. */
  readonly value: number;
}

/** What the machine needs. */
export interface SecPorts {
  readonly match: MatchPorts;
  /** Absent: rules with Perl code do not work, and say so. */
  readonly perl?: (call: PerlCall) => PerlAnswer;
  readonly localTime: (at: Instant) => LocalTime;
  readonly limits: SecLimits;
}

/** An input that a rule added: a byte string of a path, from which byte, and the context bound to its lines. */
export interface AddedInput {
  readonly file: string;
  readonly offset: number | 'end';
  readonly context?: string;
}

/** One rule's share of the sum: how often its pattern and context held. */
export interface SecRuleCount {
  readonly place: SecPlace;
  readonly matched: number;
}

/** An instance of SEC as a pure machine: same inputs, same outputs; its state is rows. */
export interface SecMachine {
  step(input: SecInput): SecOutput[];
  /** When housekeeping could have something to do; undefined: not before the next line. */
  nextWake(): Instant | undefined;
  changes(): Row[];
  /**
   * Takes rows of `changes`, on a fresh machine. Operations of rules whose hash differs are left out;
   * everything else (contexts, variables, delayed events, buffers) stays.
   */
  restore(rows: readonly Row[]): void;
  counts(): readonly SecRuleCount[];
  /** Inputs that rules added and did not drop: the same list until it changes. */
  inputs(): readonly AddedInput[];
}
