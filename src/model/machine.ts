import type { Json } from './json.ts';
import type { Instant } from './time.ts';

/** A piece of a machine's state. `value` absent: the row is gone. */
export interface Row {
  /** Which rule (or part of the machine) it belongs to; `hash` tells which version of the rule. */
  readonly scope: string;
  readonly key: string;
  readonly hash?: string;
  readonly value?: Json;
}

/**
 * A pure state machine: the same inputs give the same outputs, byte for byte. It fires what is due, in
 * order of due time, before it takes an input of a later time, so ticks need no journal.
 */
export interface Machine<Input, Output> {
  step(input: Input): Output[];
  /** When it wants to be stepped even if nothing happens. */
  nextWake(): Instant | undefined;
  /** The rows that differ since the last call. */
  changes(): Row[];
  /** Takes rows written by `changes`; only on a fresh machine. */
  restore(rows: readonly Row[]): void;
}
