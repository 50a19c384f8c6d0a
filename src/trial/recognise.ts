import { lineFormats } from '../parse/registry.ts';
import type { Instant } from '../model/time.ts';

/** The line format that takes a line, and whether the line says when it was written. */
export function recognise(
  line: string,
  format: string,
  context: { readonly reference: Instant; readonly zone: string },
): { readonly format: string; readonly isStamped: boolean } {
  const declared = lineFormats.find(({ name }) => name === format);
  const candidates = declared === undefined ? lineFormats : [declared, ...lineFormats.slice(-1)];
  for (const each of candidates) {
    const parsed = each.parse(line, declared === each ? { ...context, declared: true } : context);
    if (parsed !== undefined) return { format: each.name, isStamped: parsed.at !== undefined };
  }
  return { format: 'plain', isStamped: false };
}
