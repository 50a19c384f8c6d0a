import type { RuleKind } from './kind.ts';
import { count } from './kinds/count.ts';
import { each } from './kinds/each.ts';

/** Every kind of rule, by the name that `rule.kind` gives. */
export const ruleKinds: readonly RuleKind[] = [each, count];
