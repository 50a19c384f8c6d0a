import type { EngineOptions } from '../engine/engine.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { Program, Severity } from '../model/program.ts';
import type { Instant, Millis } from '../model/time.ts';

/** One entry of `tests`. */
export interface RuleTest {
  /** The rule under test; absent: whichever fires. */
  readonly rule?: string;
  readonly lines: readonly TestLine[];
  /** The alerts that somebody must be told of, in order; none: the lines must be silent. */
  readonly alerts: readonly ExpectedAlert[];
  /** Where it was written. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** A line, or time that passes and then perhaps a line. */
export type TestLine = string | { readonly after: Millis; readonly line?: string | undefined };

/** What an alert must be; an absent member is not looked at. */
export interface ExpectedAlert {
  readonly rule?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly key?: readonly string[] | undefined;
  readonly count?: number | undefined;
  readonly title?: string | undefined;
}

/** What tests are played with. */
export interface Stage extends Pick<EngineOptions, 'match' | 'limits' | 'late' | 'localTime' | 'perl'> {
  readonly program: Program;
  readonly sources: readonly { readonly name: string; readonly format: string }[];
  /** IANA name of the zone of stamps that carry none. */
  readonly zone: string;
  /** The title that a message about an alert would have. */
  readonly title: (notification: Notification, alert: Alert, now: Instant) => string;
}

/** An alert that somebody would have been told of. */
export interface ToldAlert {
  readonly rule: string;
  readonly severity: Severity;
  readonly key: readonly string[];
  readonly count: number;
  readonly title: string;
  /** When, by the clock of the test. */
  readonly at: Instant;
  /** The number of the line, from 1, after which it was told. */
  readonly after: number;
}

/** How one test went. */
export interface TestResult {
  readonly test: RuleTest;
  readonly told: readonly ToldAlert[];
  /** Everything that is not as it should be, in words; none: it passed. */
  readonly problems: readonly string[];
}

/** What the tests tried of one rule. */
export interface RuleCoverage {
  readonly rule: string;
  /** Tests in which it told something (raised, if it has no alert), and tests named after it in which it did not. */
  readonly fired: number;
  readonly silent: number;
  readonly patterns: readonly PatternCoverage[];
}

/** One of the alternatives that a rule looks for. */
export interface PatternCoverage {
  readonly source: string;
  readonly line: number;
  readonly isMatched: boolean;
}

/** A configuration that is wrong: nobody knows how its tests would go. */
export interface BrokenSuite {
  readonly files: readonly string[];
  /** Each mistake in words, with its place. */
  readonly errors: readonly string[];
}

/** How all tests of a configuration went. */
export interface TestReport {
  /** Configurations whose tests could not be played, and why; absent: none. */
  readonly broken?: readonly BrokenSuite[];
  readonly results: readonly TestResult[];
  readonly coverage: readonly RuleCoverage[];
}
