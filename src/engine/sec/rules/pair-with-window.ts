import type { Operation } from '../operations.ts';
import type { CreateRule } from './contract.ts';
import { sceneOf } from './counting.ts';
import { createPairing } from './pairing.ts';
import { isOver, overAt } from './windows.ts';

/** Runs its list when no second match came within the window, else its second list. */
export const createPairWithWindow: CreateRule<'PairWithWindow'> = (rule, place, ports) => {
  const { clock, operations } = ports;

  const missed = (operation: Operation): void => {
    ports.run({ actions: rule.action, scene: sceneOf(operation) });
    operations.end(operation);
  };

  return createPairing(rule, place, ports, {
    owner: {
      place,
      hash: rule.hash,
      due: (operation) => overAt(operation, rule.window),
      expire: missed,
      moved: () => undefined,
    },
    isPast: (operation) => isOver(operation, rule.window, clock),
    overtaken: missed,
    started: () => undefined,
    lateCounts: true,
  });
};
