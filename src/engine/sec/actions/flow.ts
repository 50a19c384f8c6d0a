import type { Scene } from '../scene.ts';
import type { ActionOf, ActionPorts, Acts, RunList } from './contract.ts';

/** Conditions and loops. */
export function createFlowActions(
  { limits, outputs, variables }: ActionPorts,
  run: RunList,
): Acts<'none' | 'break' | 'continue' | 'if' | 'while'> {
  /** Rounds of the outermost loop under way, those of loops inside it counted too. */
  let rounds: number | undefined;

  const isTrue = (variable: string): boolean => {
    const value = variables.get(variable);
    return value !== undefined && value !== '' && value !== '0';
  };

  const loop = ({ variable, actions }: ActionOf<'while'>, scene: Scene): void => {
    while (isTrue(variable)) {
      rounds = (rounds ?? 0) + 1;
      if (rounds > limits.rounds) {
        outputs.limit('rounds', `while: left after ${limits.rounds} rounds`, scene.place);
        return;
      }
      if (run(actions, scene) === 'break') return;
    }
  };

  return {
    none: () => 'on',
    break: () => 'break',
    continue: () => 'continue',
    if: ({ variable, then, otherwise }, scene) => run(isTrue(variable) ? then : otherwise, scene),
    while(action, scene) {
      const outermost = rounds === undefined;
      loop(action, scene);
      if (outermost) rounds = undefined;
    },
  };
}
