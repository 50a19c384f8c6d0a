import type { Diagnostic } from '../../model/diagnostic.ts';
import { spotOf, type Spot, type Text } from './text.ts';

/** Collects the mistakes of one file. */
export interface Report {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** How many of them are errors. */
  readonly errors: () => number;
  readonly error: (code: string, where: Text | Spot, message: string, hint?: string) => void;
  readonly warning: (code: string, where: Text | Spot, message: string, hint?: string) => void;
  readonly add: (diagnostics: readonly Diagnostic[]) => void;
}

export function createReport(file: string): Report {
  const diagnostics: Diagnostic[] = [];
  const note =
    (severity: Diagnostic['severity']): Report['error'] =>
    (code, where, message, hint) => {
      const { line, column } = 'pieces' in where ? spotOf(where) : where;
      const diagnostic: Diagnostic = { code: `sec.${code}`, severity, message, file, line, column };
      diagnostics.push(hint === undefined ? diagnostic : { ...diagnostic, hint });
    };
  return {
    file,
    diagnostics,
    errors: () => diagnostics.filter(({ severity }) => severity === 'error').length,
    error: note('error'),
    warning: note('warning'),
    add: (more) => diagnostics.push(...more),
  };
}

/** The number of errors that `work` reported on the way to its result. */
export function counting<T>(report: Report, work: () => T): { readonly value: T; readonly errors: number } {
  const before = report.errors();
  const value = work();
  return { value, errors: report.errors() - before };
}
