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
  let errors = 0;
  const push = (diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic);
    if (diagnostic.severity === 'error') errors += 1;
  };
  const note =
    (severity: Diagnostic['severity']): Report['error'] =>
    (code, where, message, hint) => {
      const { line, column } = 'pieces' in where ? spotOf(where) : where;
      const diagnostic: Diagnostic = { code: `sec.${code}`, severity, message, file, line, column };
      push(hint === undefined ? diagnostic : { ...diagnostic, hint });
    };
  return {
    file,
    diagnostics,
    errors: () => errors,
    error: note('error'),
    warning: note('warning'),
    add: (more) => more.forEach(push),
  };
}
