import type { WaitingList } from '../scene.ts';
import { createCommandActions } from './commands.ts';
import type { Act, ActionPorts, ActionType, Acts, RunList } from './contract.ts';
import { createContextActions } from './contexts.ts';
import { createEventActions } from './events.ts';
import { createFlowActions } from './flow.ts';
import { createInputActions } from './inputs.ts';
import { createOperationActions } from './operations.ts';
import { createOutputActions } from './output.ts';
import { createPerlActions } from './perl.ts';
import { createStoreActions } from './stores.ts';
import { createVariableActions } from './variables.ts';

/** Most lists inside one another: a context's list that ends a context whose list ends a context … */
const DEEPEST = 100;

/** Runs a whole list; what it gives goes to the ports. */
export type RunWhole = (list: WaitingList) => void;

export function createRunner(ports: ActionPorts): RunWhole {
  let depth = 0;

  const run: RunList = (actions, scene) => {
    for (const action of actions) {
      // The table holds for each type the function for actions of just that type.
      const act = table[action.type] as Act<ActionType>;
      const flow = act(action, scene) ?? 'on';
      if (flow !== 'on') return flow;
    }
    return 'on';
  };

  const table: Acts<ActionType> = {
    ...createOutputActions(ports),
    ...createCommandActions(ports),
    ...createContextActions(ports),
    ...createStoreActions(ports),
    ...createEventActions(ports),
    ...createOperationActions(ports),
    ...createVariableActions(ports),
    ...createInputActions(ports),
    ...createPerlActions(ports),
    ...createFlowActions(ports, (actions, scene) => nested({ actions, scene })),
  };

  const nested = ({ actions, scene }: WaitingList): ReturnType<RunList> => {
    if (depth >= DEEPEST) {
      ports.outputs.limit('depth', `lists run ${DEEPEST} deep: this one is left out`, scene.place);
      return 'on';
    }
    depth += 1;
    const flow = run(actions, scene);
    depth -= 1;
    return flow;
  };

  return (list) => void nested(list);
}
