import type { OperationOwner } from '../operations.ts';
import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { createHalf } from './half.ts';
import { isOver, overAt } from './windows.ts';

/** Runs its list at a match, then not again until its window is over. */
export const createSingleWithSuppress: CreateRule<'SingleWithSuppress'> = (rule, place, ports) => {
  const { clock, operations, texts } = ports;
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);

  const owner: OperationOwner = {
    place,
    hash: rule.hash,
    due: (operation) => overAt(operation, rule.window),
    expire: operations.end,
    moved: () => undefined,
  };

  return {
    place,
    owner,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const bindings = capture(found);
      const desc = texts.plain(rule.desc, bindings);
      const running = operations.find(owner, desc);
      if (running === undefined || isOver(running, rule.window, clock)) {
        operations.start(owner, desc, bindings);
        ports.run({ actions: rule.action, scene: { place, desc, bindings } });
      }
      return rule.continues;
    },
  };
};
