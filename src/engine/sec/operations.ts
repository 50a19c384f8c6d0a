import { createAgenda } from '../../kit/heap.ts';
import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import { cutBindings, readBindings, writeBindings, type Bindings } from './bindings.ts';
import type { Clock } from './clock.ts';
import type { SecPlace } from './contract.ts';
import { createRowTracker } from './row-tracker.ts';

/** A correlation under way. Which members mean something depends on its rule's type. */
export interface Operation {
  /** Its number among all that were ever started. */
  readonly order: number;
  readonly owner: OperationOwner;
  /** The rule's description filled in: with the rule it names the operation. */
  readonly desc: string;
  /** Variables of the match that started it. */
  readonly bindings: Bindings;
  /** Where its window begins. */
  begin: number;
  /** Events that count, oldest first. */
  times: number[];
  /** Of an EventGroup: which member each event was of, and its token. */
  members: number[];
  tokens: string[];
  /** Its action has run: it waits for its window's end. */
  suppressing: boolean;
  /** The second phase of SingleWith2Thresholds. */
  falling: boolean;
  /** Its window cannot be moved now. */
  locked: boolean;
}

/** The rule that operations belong to. */
export interface OperationOwner {
  readonly place: SecPlace;
  readonly hash: string;
  /** The second at which housekeeping must look at it; undefined: never. */
  due(operation: Operation): number | undefined;
  /** Housekeeping at or after that second. */
  expire(operation: Operation): void;
  /** The window's begin was moved. */
  moved(operation: Operation): void;
}

/** All operations, in order of their start. */
export interface Operations {
  find(owner: OperationOwner, desc: string): Operation | undefined;
  has(owner: OperationOwner): boolean;
  /** Those of one rule, oldest first; a copy. */
  of(owner: OperationOwner): readonly Operation[];
  start(owner: OperationOwner, desc: string, bindings: Bindings): Operation;
  /** It has changed. */
  touch(operation: Operation): void;
  end(operation: Operation): void;
  runs(operation: Operation): boolean;
  /** Lets the rules look at what is due, oldest first. */
  expire(): void;
  next(): number | undefined;
  /** The rules of a file that have operations. */
  ownersOf(file: string): readonly OperationOwner[];
  clear(): void;
  changes(): Row[];
  restore(values: readonly Json[]): void;
}

export interface OperationPorts {
  readonly clock: Clock;
  readonly limits: { readonly operations: number; readonly value: number };
  /** The rules of a file that have operations. */
  readonly owners: (file: string) => readonly OperationOwner[];
  readonly full: (place: SecPlace) => void;
}

const PREFIX = 'operation/';

export function createOperations(ports: OperationPorts): Operations {
  const { clock, limits } = ports;
  const byOwner = new Map<OperationOwner, Map<string, Operation>>();
  const agenda = createAgenda<Operation>();
  let started = 0;
  const tracker = createRowTracker<Operation>({
    key: ({ order }) => `${PREFIX}${order}`,
    hash: ({ owner }) => owner.hash,
    value: writeOperation,
  });

  const runs = (operation: Operation): boolean =>
    byOwner.get(operation.owner)?.get(operation.desc) === operation;

  const end = (operation: Operation): void => {
    if (!runs(operation)) return;
    byOwner.get(operation.owner)?.delete(operation.desc);
    agenda.set(operation, undefined);
    tracker.forget(operation);
  };

  const settle = (operation: Operation): void => agenda.set(operation, operation.owner.due(operation));

  const insert = (operation: Operation): void => {
    const own = byOwner.get(operation.owner) ?? new Map<string, Operation>();
    byOwner.set(operation.owner, own);
    own.set(operation.desc, operation);
    settle(operation);
  };

  const makeRoom = (owner: OperationOwner): void => {
    for (const operation of byOwner.get(owner)?.values() ?? []) {
      if ((byOwner.get(owner)?.size ?? 0) < limits.operations) return;
      end(operation);
      ports.full(owner.place);
    }
  };

  const touch = (operation: Operation): void => {
    if (!runs(operation)) return;
    tracker.touch(operation);
    settle(operation);
  };

  const ownersOf = (file: string): readonly OperationOwner[] => ports.owners(file);

  return {
    find: (owner, desc) => byOwner.get(owner)?.get(desc.slice(0, limits.value)),
    has: (owner) => (byOwner.get(owner)?.size ?? 0) > 0,
    of: (owner) => [...(byOwner.get(owner)?.values() ?? [])],
    start(owner, wholeDesc, wholeBindings) {
      const desc = wholeDesc.slice(0, limits.value);
      const old = byOwner.get(owner)?.get(desc);
      if (old !== undefined) end(old);
      makeRoom(owner);
      started += 1;
      const bindings = cutBindings(wholeBindings, limits.value);
      const operation = freshOperation(started, owner, desc, bindings, clock.now);
      insert(operation);
      tracker.touch(operation);
      return operation;
    },
    touch,
    end,
    runs,
    expire() {
      const due: Operation[] = [];
      for (let next = agenda.take(clock.now); next !== undefined; next = agenda.take(clock.now)) {
        due.push(next.item);
      }
      for (const operation of due.toSorted((a, b) => a.order - b.order)) {
        if (!runs(operation)) continue;
        if ((operation.owner.due(operation) ?? Infinity) <= clock.now) operation.owner.expire(operation);
        touch(operation);
      }
    },
    next: () => agenda.next(),
    ownersOf,
    clear() {
      for (const own of byOwner.values()) for (const operation of own.values()) end(operation);
    },
    changes: tracker.changes,
    restore(values) {
      const found = values.flatMap((value) => {
        const [, file, rule, hash] = value as Written;
        const owner = ownersOf(file).find(({ place }) => place.rule === rule);
        return owner === undefined || owner.hash !== hash ? [] : [readOperation(owner, value)];
      });
      for (const operation of found.toSorted((a, b) => a.order - b.order)) {
        started = Math.max(started, operation.order);
        insert(operation);
        tracker.restored(operation);
      }
    },
  };
}

function freshOperation(
  order: number,
  owner: OperationOwner,
  desc: string,
  bindings: Bindings,
  begin: number,
): Operation {
  return {
    order,
    owner,
    desc,
    bindings,
    begin,
    times: [],
    members: [],
    tokens: [],
    suppressing: false,
    falling: false,
    locked: false,
  };
}

function writeOperation(operation: Operation): Json {
  const { order, owner, desc, bindings, begin, times, members, tokens, suppressing, falling } = operation;
  const { file, rule } = owner.place;
  const window = [begin, times, members, tokens, suppressing, falling];
  return [order, file, rule, owner.hash, desc, writeBindings(bindings), window];
}

type Written = readonly [
  order: number,
  file: string,
  rule: number,
  hash: string,
  desc: string,
  bindings: Json,
  window: readonly [number, readonly number[], readonly number[], readonly string[], boolean, boolean],
];

function readOperation(owner: OperationOwner, value: Json): Operation {
  const [order, , , , desc, bindings, window] = value as Written;
  const [begin, times, members, tokens, suppressing, falling] = window;
  return {
    ...freshOperation(order, owner, desc, readBindings(bindings), begin),
    times: [...times],
    members: [...members],
    tokens: [...tokens],
    suppressing,
    falling,
  };
}
