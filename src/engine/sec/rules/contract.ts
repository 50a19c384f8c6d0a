import type { RunWhole } from '../actions/run.ts';
import type { Cache } from '../cache.ts';
import type { Children } from '../children.ts';
import type { Clock } from '../clock.ts';
import type { SecLimits, SecPlace } from '../contract.ts';
import type { Contexts } from '../contexts.ts';
import type { Evaluate } from '../expression.ts';
import type { OperationOwner, Operations } from '../operations.ts';
import type { Outputs } from '../outputs.ts';
import type { PatternPorts } from '../patterns.ts';
import type { Perl } from '../perl.ts';
import type { SecContinue, SecRule } from '../program.ts';
import type { Regexes } from '../regexes.ts';
import type { Shell } from '../shell.ts';
import type { Texts } from '../texts.ts';

/** What rules work on. */
export interface RulePorts {
  readonly cache: Cache;
  readonly children: Children;
  readonly clock: Clock;
  readonly contexts: Contexts;
  readonly evaluate: Evaluate;
  readonly limits: SecLimits;
  readonly operations: Operations;
  readonly outputs: Outputs;
  readonly patterns: PatternPorts;
  readonly perl: Perl;
  readonly regexes: Regexes;
  readonly run: RunWhole;
  readonly shell: Shell;
  readonly texts: Texts;
  /** Tries the files of the sets, for a rule at `place`; true: the search is over for all files. */
  readonly jump: (sets: readonly string[], place: SecPlace) => boolean;
}

/** A rule at work. */
export interface RuleAtWork {
  readonly place: SecPlace;
  /** Tries the event under way: where the search goes on, or undefined: the rule did not match. */
  take(): SecContinue | undefined;
  /** Whether operations wait for lines that its own pattern need not match; absent: they never do. */
  waits?(): boolean;
  /** Absent: it has no operations. */
  readonly owner?: OperationOwner;
}

export type RuleType = SecRule['type'];
export type RuleOf<T extends RuleType> = Extract<SecRule, { readonly type: T }>;

/** Puts a rule to work. */
export type CreateRule<T extends RuleType> = (
  rule: RuleOf<T>,
  place: SecPlace,
  ports: RulePorts,
) => RuleAtWork;
