import type { Diagnostic } from '../../model/diagnostic.ts';
import { spotOf, type Spot, type Text } from '../sec/text.ts';

/** Where a mistake stands: a text, or a place in the file. */
export type Where = Text | Spot;

/** Collects the mistakes of one file. */
export interface Report {
  readonly file: string;
  /** The file cannot be used. */
  readonly error: (code: string, where: Where, message: string, hint?: string) => void;
  /** Something is left out. */
  readonly leftOut: (code: string, where: Where, message: string, hint?: string) => void;
  /** Something is taken as it was meant, which swatch itself does not do. */
  readonly repaired: (code: string, where: Where, message: string, hint?: string) => void;
  /** Runs as written, but is a trap. */
  readonly trap: (code: string, where: Where, message: string, hint?: string) => void;
  readonly add: (diagnostics: readonly Diagnostic[]) => void;
}

/** What was found, by what it means for the whole. */
export interface Findings {
  readonly errors: Diagnostic[];
  readonly leftOut: Diagnostic[];
  readonly repaired: Diagnostic[];
  readonly traps: Diagnostic[];
}

export const noFindings = (): Findings => ({ errors: [], leftOut: [], repaired: [], traps: [] });

/** A report of `file` into `findings`. */
export function createReport(file: string, findings: Findings): Report {
  const into =
    (list: Diagnostic[], severity: Diagnostic['severity']): Report['error'] =>
    (code, where, message, hint) => {
      const { line, column } = 'pieces' in where ? spotOf(where) : where;
      const diagnostic: Diagnostic = { code: `swatch.${code}`, severity, message, file, line, column };
      list.push(hint === undefined ? diagnostic : { ...diagnostic, hint });
    };
  return {
    file,
    error: into(findings.errors, 'error'),
    leftOut: into(findings.leftOut, 'warning'),
    repaired: into(findings.repaired, 'warning'),
    trap: into(findings.traps, 'warning'),
    add(diagnostics) {
      for (const diagnostic of diagnostics)
        (diagnostic.severity === 'error' ? findings.errors : findings.traps).push(diagnostic);
    },
  };
}
