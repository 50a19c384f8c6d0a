import type { Operation, OperationOwner } from '../operations.ts';
import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { operationFor, sceneOf } from './counting.ts';
import { createHalf } from './half.ts';
import { dropBefore, overAt, slide } from './windows.ts';

/** Runs its list when enough matches come within a window, then waits for the window's end. */
export const createSingleWithThreshold: CreateRule<'SingleWithThreshold'> = (rule, place, ports) => {
  const { clock, operations, texts } = ports;
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);

  const owner: OperationOwner = {
    place,
    hash: rule.hash,
    due: (operation) => overAt(operation, rule.window),
    expire(operation) {
      if (operation.suppressing) ports.run({ actions: rule.action2, scene: sceneOf(operation) });
      else if (slide(operation, rule.window, clock)) return;
      operations.end(operation);
    },
    moved(operation) {
      if (!operation.suppressing && dropBefore(operation, operation.begin) === 0) operations.end(operation);
    },
  };

  const count = (operation: Operation): void => {
    operation.times.push(clock.now);
    operation.suppressing = operation.times.length >= rule.thresh;
    operations.touch(operation);
    if (operation.suppressing) ports.run({ actions: rule.action, scene: sceneOf(operation) });
  };

  return {
    place,
    owner,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const bindings = capture(found);
      const operation = operationFor(owner, texts.plain(rule.desc, bindings), bindings, ports);
      if (!operation.suppressing) count(operation);
      return rule.continues;
    },
  };
};
