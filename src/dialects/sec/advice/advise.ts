import type { SecProgram } from '../../../engine/sec/program.ts';
import type { MatchPorts } from '../../../match/contract.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { placedRules } from '../walk.ts';
import { adviseFlow } from './flow.ts';
import { adviseGrowth } from './growth.ts';
import { adviseInjection } from './injection.ts';
import { adviseLoops } from './loops.ts';
import { taintOf } from './taint.ts';
import { adviseVariables } from './variable-use.ts';

/**
 * What is legal in rule files and still a trap: each a warning with its place. The traps that show while a
 * file is read (a label that leads backwards, an `||` before an `&&`) are told by `readSecFiles`.
 */
export function adviseSec(program: SecProgram, ports: MatchPorts): readonly Diagnostic[] {
  const rules = placedRules(program);
  const taint = taintOf(rules);
  return [
    ...rules.flatMap((placed) => adviseVariables(placed)),
    ...rules.flatMap((placed) => adviseInjection(placed, taint, program.settings)),
    ...program.files.flatMap(adviseFlow),
    ...adviseLoops(program, ports),
    ...adviseGrowth(rules),
  ];
}
