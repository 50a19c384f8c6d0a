import type { SecPlace } from '../contract.ts';
import type { SecRule } from '../program.ts';
import type { CreateRule, RuleAtWork, RulePorts, RuleType } from './contract.ts';
import { createEventGroup } from './event-group.ts';
import { createJump } from './jump.ts';
import { createPairWithWindow } from './pair-with-window.ts';
import { createPair } from './pair.ts';
import { createSingleWith2Thresholds } from './single-with-2-thresholds.ts';
import { createSingleWithScript } from './single-with-script.ts';
import { createSingleWithSuppress } from './single-with-suppress.ts';
import { createSingleWithThreshold } from './single-with-threshold.ts';
import { createSingle } from './single.ts';
import { createSuppress } from './suppress.ts';

/** Calendar rules are not tried on events. */
const createNothing: CreateRule<'Calendar'> = (_rule, place) => ({ place, take: () => undefined });

const TABLE: { readonly [T in RuleType]: CreateRule<T> } = {
  Single: createSingle,
  SingleWithScript: createSingleWithScript,
  SingleWithSuppress: createSingleWithSuppress,
  SingleWithThreshold: createSingleWithThreshold,
  SingleWith2Thresholds: createSingleWith2Thresholds,
  Pair: createPair,
  PairWithWindow: createPairWithWindow,
  EventGroup: createEventGroup,
  Suppress: createSuppress,
  Calendar: createNothing,
  Jump: createJump,
};

/** Puts a rule of any type to work. */
export function createRule(rule: SecRule, place: SecPlace, ports: RulePorts): RuleAtWork {
  // The table holds for each type the function for rules of just that type.
  const create = TABLE[rule.type] as CreateRule<RuleType>;
  return create(rule, place, ports);
}
