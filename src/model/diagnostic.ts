/** A mistake in something a user wrote. All mistakes are reported at once, each with its place. */
export interface Diagnostic {
  /** Stable, dotted, lower case: `config.unknown-key`, `pattern.lookbehind`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Where it stands; absent for a mistake of the command line. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 code units. */
  readonly column?: number;
  /** What to do about it: "did you mean …", the group that would help. */
  readonly hint?: string;
}

/** A result that carries every mistake found; `value` is there unless one of them is an error. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
