import type { JsonObject, Json } from './json.ts';
import type { Millis } from './time.ts';

/** How bad it is, mildest first. */
export type Severity = 'info' | 'warning' | 'critical';

/** Where a rule was written. Line and column from 1. */
export interface Origin {
  readonly dialect: 'native' | 'sec' | 'swatch' | 'internal';
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Which part of an event a text pattern is tried on. `either`: the message text and, if it does not
 * match there, the whole line.
 */
export type Scope = 'either' | 'message' | 'line';

/** What an event must look like: printable, and nothing but data. */
export type Pattern =
  | { readonly type: 'regex'; readonly source: string; readonly scope: Scope; readonly origin: Origin }
  | { readonly type: 'literal'; readonly text: string; readonly scope: Scope }
  | { readonly type: 'field'; readonly field: string; readonly test: FieldTest }
  | { readonly type: 'all'; readonly of: readonly Pattern[] }
  | { readonly type: 'any'; readonly of: readonly Pattern[] }
  | { readonly type: 'not'; readonly of: Pattern };

/** A test of one field. `in` knows networks in CIDR form; `above` and `below` compare numbers. */
export type FieldTest =
  | { readonly op: 'is'; readonly value: string }
  | { readonly op: 'in'; readonly values: readonly string[] }
  | { readonly op: 'matches'; readonly source: string; readonly origin: Origin }
  | { readonly op: 'above' | 'below'; readonly value: number }
  | { readonly op: 'exists'; readonly value: boolean };

/** What a rule asks for when its condition is met. */
export interface AlertAction {
  readonly type: 'alert';
  readonly severity: Severity;
  /** Liquid sources; absent: the built-in words. */
  readonly title?: string;
  readonly text?: string;
  /** The least time between two messages of one open alert. */
  readonly quiet?: Millis;
  /** Resolves when fewer than `below` matches came in the last `within`. */
  readonly clear?: { readonly below: number; readonly within: Millis };
  /** Where it is explained what the alert means. */
  readonly link?: string;
}

export type Action = AlertAction;

/** One of several things a rule looks for: lines that fit a pattern, or raises of another rule. */
export type RulePart =
  | { readonly type: 'lines'; readonly pattern: Pattern }
  | { readonly type: 'raises'; readonly rule: string };

/** With a `key` a context is on for each combination of the values of these fields by itself. */
export interface ContextSwitch {
  readonly context: string;
  readonly life: Millis;
  readonly key?: readonly string[];
}

/** How a rule and the state between rules hang together. */
export interface RuleContexts {
  /** While one of these is on, nothing counts. */
  readonly unless: readonly string[];
  /** Only while all of these are on, something counts. */
  readonly when: readonly string[];
  /** What each raise switches on, and for how long. */
  readonly set?: ContextSwitch;
}

/** One rule of any dialect. */
export interface Rule {
  readonly id: string;
  /** Names a kind in `engine/registry.ts`: `each`, `count`, … */
  readonly kind: string;
  /** The sources it is bound to; absent: all. */
  readonly from?: readonly string[];
  /** What lines must look like: any line that is to reach the rule fits. */
  readonly pattern: Pattern;
  /** What is told apart when the rule looks for several things; `pattern` is then any of their lines. */
  readonly parts?: readonly RulePart[];
  /** Events that match the pattern and one of these are absorbed, and counted as such. */
  readonly except: readonly Pattern[];
  /** Fields whose values tell one correlation from another. */
  readonly key: readonly string[];
  /** The kind's own options, as its schema parsed them. */
  readonly options: JsonObject;
  /** `received`: the time of reading counts, whatever time the record itself carries. */
  readonly time?: 'received';
  readonly contexts?: RuleContexts;
  readonly actions: readonly Action[];
  readonly origin: Origin;
  /** Of everything above but `origin`: state survives a reload while it stays the same. */
  readonly hash: string;
}

/** All rules, in the order in which they are tried. */
export interface Program {
  readonly rules: readonly Rule[];
  readonly hash: string;
}

/** Fields a pattern gave: named groups, and the members of the event it was tried on. */
export type Fields = { readonly [name: string]: Json | undefined };
