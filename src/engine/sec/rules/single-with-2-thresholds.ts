import type { Operation, OperationOwner } from '../operations.ts';
import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { operationFor, sceneOf } from './counting.ts';
import { createHalf } from './half.ts';
import { dropBefore, overAt, slide } from './windows.ts';

/** Runs its list when matches have become many, and its second list when they have become few again. */
export const createSingleWith2Thresholds: CreateRule<'SingleWith2Thresholds'> = (rule, place, ports) => {
  const { clock, operations, texts } = ports;
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);

  const windowOf = ({ falling }: Operation): number => (falling ? rule.window2 : rule.window);

  const fewAgain = (operation: Operation): void => {
    const desc = texts.plain(rule.desc2, operation.bindings);
    ports.run({ actions: rule.action2, scene: sceneOf(operation, desc) });
  };

  const owner: OperationOwner = {
    place,
    hash: rule.hash,
    due: (operation) => overAt(operation, windowOf(operation)),
    expire(operation) {
      if (operation.falling) fewAgain(operation);
      else if (slide(operation, rule.window, clock)) return;
      operations.end(operation);
    },
    moved(operation) {
      const left = dropBefore(operation, operation.begin);
      if (left === 0 && !operation.falling) operations.end(operation);
    },
  };

  const rise = (operation: Operation): void => {
    operation.times.push(clock.now);
    if (operation.times.length < rule.thresh) {
      operations.touch(operation);
      return;
    }
    operation.falling = true;
    operation.begin = clock.now;
    operation.times = [];
    operations.touch(operation);
    ports.run({ actions: rule.action, scene: sceneOf(operation) });
  };

  const fall = (operation: Operation): void => {
    operation.times.push(clock.now);
    if (operation.times.length > rule.thresh2) {
      operation.times.shift();
      operation.begin = operation.times[0] ?? clock.now;
    }
    operations.touch(operation);
  };

  return {
    place,
    owner,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const bindings = capture(found);
      const operation = operationFor(owner, texts.plain(rule.desc, bindings), bindings, ports);
      if (operation.falling) fall(operation);
      else rise(operation);
      return rule.continues;
    },
  };
};
