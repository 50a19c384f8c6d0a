import type { Bindings } from '../bindings.ts';
import type { Operation, OperationOwner } from '../operations.ts';
import type { Scene } from '../scene.ts';
import type { RulePorts } from './contract.ts';

/** The operation that an event is for: the one that runs, after its window was looked at, or a new one. */
export function operationFor(
  owner: OperationOwner,
  desc: string,
  bindings: Bindings,
  { operations, clock }: RulePorts,
): Operation {
  const running = operations.find(owner, desc);
  if (running === undefined) return operations.start(owner, desc, bindings);
  if ((owner.due(running) ?? Infinity) <= clock.now) {
    owner.expire(running);
    operations.touch(running);
  }
  return operations.runs(running) ? running : operations.start(owner, desc, bindings);
}

/** What lists of an operation run with; `desc`: another `%s`. */
export const sceneOf = ({ owner, desc, bindings }: Operation, other = desc): Scene => ({
  place: owner.place,
  desc: other,
  bindings,
});
