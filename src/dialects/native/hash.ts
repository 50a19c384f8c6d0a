import { hashText } from '../../kit/hash.ts';
import type { Rule } from '../../model/program.ts';

/** The hash of what a rule means: everything but where it was written. */
export const hashRule = (rule: Omit<Rule, 'hash'>): string => hashText(canonical(rule));

/** The hash of a program: of its rules, in their order. */
export const hashProgram = (rules: readonly Rule[]): string =>
  hashText(canonical(rules.map(({ hash }) => hash)));

/** JSON with keys in order and without origins, so that equal meaning gives equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'origin') return undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
