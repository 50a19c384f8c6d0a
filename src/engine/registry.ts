import type { RuleKind } from './kind.ts';
import { absent } from './kinds/absent.ts';
import { count } from './kinds/count.ts';
import { each } from './kinds/each.ts';
import { expect } from './kinds/expect.ts';
import { first } from './kinds/first.ts';
import { novel } from './kinds/novel.ts';
import { rate } from './kinds/rate.ts';
import { schedule } from './kinds/schedule.ts';
import { sequence } from './kinds/sequence.ts';
import { together } from './kinds/together.ts';

/** Every kind of rule, by the name that `rule.kind` gives. */
export const ruleKinds: readonly RuleKind[] = [
  each,
  count,
  sequence,
  expect,
  absent,
  first,
  rate,
  novel,
  together,
  schedule,
];
