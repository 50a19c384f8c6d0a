import { sec, type RuleSetKind } from './sec-rule.ts';
import { swatch } from './swatch-rule.ts';

/** Dialects whose rule files are one rule each. Apart from the kinds of rules: whoever only reads a configuration needs none of their machines. */
export const ruleSetKinds: readonly RuleSetKind[] = [sec, swatch];
