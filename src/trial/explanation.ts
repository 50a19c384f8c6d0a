import type { NotificationState } from '../model/alert.ts';
import type { SyslogSeverity } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Severity } from '../model/program.ts';

/** What each step makes of one line; plain JSON, `version` changes with its form. */
export interface Explanation {
  readonly version: 1;
  readonly line: string;
  readonly parsed: ParsedLine;
  /** Rules whose pattern matches, in the order in which they are tried. */
  readonly matched: readonly MatchedRule[];
  /** Rules that do not match but come near, the nearest first. */
  readonly near: readonly NearRule[];
  /** What timers would have raised before the line, such as a wait that is over; absent: nothing. */
  readonly timed?: readonly AlertExplanation[];
  /** What the line would raise, and who would hear of it. */
  readonly alerts: readonly AlertExplanation[];
  /** What rules wanted done in the world, and what the engine had to say. */
  readonly notes: readonly string[];
}

export interface ParsedLine {
  /** Absent: it would be of any source. */
  readonly source?: string;
  readonly format: string;
  /** As ISO 8601 has it. */
  readonly at: string;
  /** False: the line does not say when it was written. */
  readonly isStamped: boolean;
  /** It says so, but that cannot be true: `at` is not what it says. */
  readonly isImplausible?: true;
  readonly host?: string;
  readonly program?: string;
  readonly pid?: string;
  readonly severity?: SyslogSeverity;
  readonly text: string;
  readonly fields: JsonObject;
}

export interface RuleName {
  readonly rule: string;
  readonly kind: string;
  readonly file: string;
  readonly line: number;
}

export interface MatchedRule extends RuleName {
  /** What the pattern found by name. */
  readonly found: { readonly [name: string]: string };
  readonly key: { readonly [name: string]: string };
  /** `raised`, or why not, in the words of `status`: `window`, `excepted`, `unless`, … */
  readonly outcome: string;
  /** The outcome as a sentence. */
  readonly why: string;
  /** So many more such lines, in time, would raise; absent: none would, or it was raised. */
  readonly more?: number;
  /** What the rule for lines unlike any before sees of this one. */
  readonly template?: string;
}

export interface NearRule extends RuleName {
  /** From 0 to 1. */
  readonly share: number;
  readonly missing: readonly string[];
}

export interface AlertExplanation {
  readonly rule: string;
  readonly key: readonly string[];
  readonly severity: Severity;
  /** When it would be raised, as ISO 8601. */
  readonly at: string;
  /** False: it is one more raise of an alert that is open. */
  readonly isNew: boolean;
  /** Which route decided. */
  readonly routing: string;
  readonly receivers: readonly ReceiverExplanation[];
  /** Who else is told, and when, if nobody acknowledges. */
  readonly escalations: readonly { readonly after: number; readonly to: readonly string[] }[];
  /** Each decision in the words of `alerts why`. */
  readonly decisions: readonly string[];
}

export interface ReceiverExplanation {
  readonly receiver: string;
  /** `sent now`, `held`, `pending`, `muted`, … with the reason. */
  readonly state: NotificationState | 'nothing';
  readonly why: string;
  readonly channel?: string;
  readonly kind?: string;
  /** When it would go out, as ISO 8601, if not now. */
  readonly dueAt?: string;
  /** The very texts. */
  readonly parts?: readonly string[];
  readonly lengths?: readonly number[];
  /** US dollars. */
  readonly cost?: number;
}
