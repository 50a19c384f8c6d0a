import type { Operation } from '../operations.ts';
import type { CreateRule } from './contract.ts';
import { sceneOf } from './counting.ts';
import { createPairing } from './pairing.ts';
import { isOver, overAt } from './windows.ts';

/** Runs its list at the first match, and its second list at the second match within the window. */
export const createPair: CreateRule<'Pair'> = (rule, place, ports) => {
  const { clock, operations } = ports;
  const endless = rule.window === 0;
  return createPairing(rule, place, ports, {
    owner: {
      place,
      hash: rule.hash,
      due: (operation) => (endless ? undefined : overAt(operation, rule.window)),
      expire: operations.end,
      moved: () => undefined,
    },
    isPast: (operation: Operation) => !endless && isOver(operation, rule.window, clock),
    overtaken: operations.end,
    started: (operation) => ports.run({ actions: rule.action, scene: sceneOf(operation) }),
    lateCounts: false,
  });
};
