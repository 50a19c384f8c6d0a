import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Placed } from '../walk.ts';

/** A warning about a rule, at its first line. */
export function warning(
  code: string,
  { file, rule }: Pick<Placed, 'file'> & { readonly rule: { readonly line: number } },
  message: string,
  hint?: string,
): Diagnostic {
  const diagnostic: Diagnostic = { code: `sec.${code}`, severity: 'warning', message, file, line: rule.line };
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}
