import type { Bindings } from '../bindings.ts';
import type { Operation, OperationOwner } from '../operations.ts';
import type { SecActions, SecGroupMember } from '../program.ts';
import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { sceneOf } from './counting.ts';
import { createIsEnough } from './group-condition.ts';
import { createHalf } from './half.ts';
import { dropBefore, overAt, slide } from './windows.ts';

/** Runs its list when each of several kinds of events came often enough within a window. */
export const createEventGroup: CreateRule<'EventGroup'> = (rule, place, ports) => {
  const { clock, limits, operations, outputs, texts } = ports;
  const halves = rule.members.map((member) => createHalf(member, place, ports));
  const capture = createCapture(rule, ports.cache);
  const isEnough = createIsEnough(rule, place, ports);

  const runFor = (operation: Operation, actions: SecActions): void =>
    ports.run({ actions, scene: sceneOf(operation) });

  /** Lists during which the window must stay where it is. */
  const runLocked = (operation: Operation, actions: SecActions): void => {
    operation.locked = true;
    runFor(operation, actions);
    operation.locked = false;
  };

  const close = (operation: Operation): void => {
    runLocked(operation, rule.end);
    operations.end(operation);
  };

  const owner: OperationOwner = {
    place,
    hash: rule.hash,
    due: (operation) => overAt(operation, rule.window),
    expire(operation) {
      if (operation.suppressing || !slide(operation, rule.window, clock)) {
        close(operation);
        return;
      }
      operations.touch(operation);
      runFor(operation, rule.slide);
    },
    moved(operation) {
      if (!operation.suppressing && dropBefore(operation, operation.begin) === 0) close(operation);
    },
  };

  /** The operation for an event; undefined: its `init` list took it away. */
  const operationFor = (desc: string, bindings: Bindings): Operation | undefined => {
    const running = operations.find(owner, desc);
    if (running !== undefined && overAt(running, rule.window) <= clock.now) owner.expire(running);
    if (running !== undefined && operations.runs(running)) return running;
    const started = operations.start(owner, desc, bindings);
    runLocked(started, rule.init);
    return operations.runs(started) ? started : undefined;
  };

  const note = (operation: Operation, index: number, member: SecGroupMember, bindings: Bindings): void => {
    operation.times.push(clock.now);
    operation.members.push(index);
    if (rule.egpattern !== undefined) {
      const token = member.token === undefined ? String(index + 1) : texts.plain(member.token, bindings);
      operation.tokens.push(token.slice(0, limits.value));
    }
    if (operation.times.length > limits.store) {
      for (const list of [operation.times, operation.members, operation.tokens]) list.shift();
      outputs.limit(
        'group-events',
        `more than ${limits.store} events in a window: the oldest gave way`,
        place,
      );
    }
    operations.touch(operation);
  };

  const handle = (index: number, member: SecGroupMember, bindings: Bindings): void => {
    const desc = texts.plain(rule.desc, bindings);
    const operation = operationFor(desc, bindings);
    if (operation === undefined) return;
    if (!operation.suppressing) note(operation, index, member, bindings);
    ports.run({ actions: member.count, scene: { place, desc, bindings } });
    if (!operations.runs(operation) || operation.suppressing || !isEnough(operation)) return;
    if (!rule.multact) operation.suppressing = true;
    operations.touch(operation);
    runFor(operation, rule.action);
  };

  return {
    place,
    owner,
    take() {
      for (const [index, member] of rule.members.entries()) {
        const found = halves[index]?.();
        if (found === undefined) continue;
        handle(index, member, capture(found));
        return member.continues;
      }
      return undefined;
    },
  };
};
