import { createAgenda } from '../../kit/heap.ts';
import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { Clock } from './clock.ts';
import { createRowTracker } from './row-tracker.ts';
import { readScene, writeScene, type WaitingList } from './scene.ts';
import type { SecActions } from './program.ts';
import { createStores, type StoredLine } from './stores.ts';

/** A context: a name (or several) that is there for a time, with a list for its end and a store of lines. */
export interface Context {
  /** Its number among all that were ever made. */
  readonly order: number;
  readonly names: Set<string>;
  /** The second of its making, or of the last `create` or `set`. */
  begin: number;
  /** In seconds; 0: for ever. */
  life: number;
  list: WaitingList | undefined;
  /** Oldest first. */
  lines: StoredLine[];
  /** Its list runs: it goes away whatever the list does. */
  ending: boolean;
  /** Stands for the input of the event under way; actions cannot change it. */
  readonly internal: boolean;
}

/** All contexts by name. */
export interface Contexts {
  get(name: string): Context | undefined;
  /** As a condition: one past its life ends here and now, and does not count. */
  holds(name: string): boolean;
  /** Makes a context that has no limit and no list. */
  make(name: string): Context;
  /** Sets when the life began and how long it is. */
  schedule(context: Context, begin: number, life: number): void;
  setList(context: Context, list: WaitingList | undefined): void;
  /** Adds a name that is free. */
  alias(context: Context, name: string): void;
  /** Takes a name away; without one the context is gone. */
  unalias(name: string): void;
  /** Takes it away with all its names; its list does not run. */
  remove(context: Context): void;
  /** Runs its list and takes it away. */
  end(context: Context): void;
  /** Whether it is past its life. */
  isPast(context: Context): boolean;
  /** Puts lines at the end (or the beginning) of the store, each with this second. */
  add(context: Context, lines: readonly string[], atFront?: boolean): void;
  /** Takes the lines out for which `wanted` is true, and gives them. */
  takeLines(context: Context, wanted: (line: StoredLine, index: number) => boolean): readonly StoredLine[];
  /** Makes the internal context of an event; what had its name loses it. */
  enter(name: string): Context;
  leave(context: Context): void;
  names(): readonly string[];
  /** Ends all that are past their life, in order of their making. */
  expire(): void;
  /** The second at which the next one ends. */
  next(): number | undefined;
  clear(): void;
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[]): void;
}

export interface ContextPorts {
  readonly clock: Clock;
  readonly limits: { readonly contexts: number; readonly store: number; readonly value: number };
  readonly run: (list: WaitingList) => void;
  /** A limit was reached. */
  readonly full: (what: 'contexts' | 'store') => void;
}

/** The name by which a list calls the context that it is the end of. */
const THIS = '_THIS';

export function createContexts(ports: ContextPorts): Contexts {
  const { clock, limits } = ports;
  const byName = new Map<string, Context>();
  const living = new Set<Context>();
  const agenda = createAgenda<Context>();
  let made = 0;
  const tracker = createRowTracker<Context>({ key: ({ order }) => `context/${order}`, value: writeContext });
  const stores = createStores(limits.store, () => ports.full('store'));

  const isPast = ({ life, begin }: Context): boolean => life > 0 && clock.now - begin > life;

  const fresh = (order: number, name: string, internal: boolean): Context => ({
    order,
    names: new Set([name]),
    begin: clock.now,
    life: 0,
    list: undefined,
    lines: [],
    ending: false,
    internal,
  });

  const remove = (context: Context): void => {
    for (const name of context.names) if (byName.get(name) === context) byName.delete(name);
    context.names.clear();
    if (!living.delete(context)) return;
    agenda.set(context, undefined);
    tracker.forget(context);
    stores.drop(context);
  };

  const makeRoom = (): void => {
    for (const context of living) {
      if (living.size < limits.contexts) return;
      if (context.ending) continue;
      remove(context);
      ports.full('contexts');
    }
  };

  const end = (context: Context): void => {
    if (context.ending) return;
    context.ending = true;
    if (context.list !== undefined) {
      const outer = byName.get(THIS);
      byName.set(THIS, context);
      ports.run(context.list);
      if (outer === undefined) byName.delete(THIS);
      else byName.set(THIS, outer);
    }
    remove(context);
  };

  const takeName = (name: string): void => {
    const holder = byName.get(name);
    if (holder === undefined) return;
    byName.delete(name);
    holder.names.delete(name);
    if (holder.names.size === 0) remove(holder);
    else tracker.touch(holder);
  };

  const settle = (context: Context): void => {
    if (!living.has(context)) return;
    tracker.touch(context);
    agenda.set(context, context.life === 0 ? undefined : context.begin + context.life + 1);
  };

  return {
    get: (name) => byName.get(name),
    holds(name) {
      const context = byName.get(name);
      if (context === undefined) return false;
      if (!isPast(context)) return true;
      end(context);
      return false;
    },
    make(name) {
      makeRoom();
      made += 1;
      const context = fresh(made, name, false);
      byName.set(name, context);
      living.add(context);
      tracker.touch(context);
      return context;
    },
    schedule(context, begin, life) {
      context.begin = begin;
      context.life = life;
      settle(context);
    },
    setList(context, list) {
      context.list = list;
      settle(context);
    },
    alias(context, name) {
      byName.set(name, context);
      context.names.add(name);
      settle(context);
    },
    unalias: takeName,
    remove,
    end,
    isPast,
    add(context, lines, atFront = false) {
      const cut = lines.map((line) => line.slice(0, limits.value));
      stores.add(context, cut, clock.now, atFront);
    },
    takeLines: (context, wanted) => stores.take(context, wanted),
    enter(name) {
      takeName(name);
      const context = { ...fresh(0, name, true), begin: clock.begun };
      byName.set(name, context);
      return context;
    },
    leave(context) {
      for (const name of context.names) if (byName.get(name) === context) byName.delete(name);
    },
    names: () => [...byName.keys()],
    expire() {
      const due: Context[] = [];
      for (let next = agenda.take(clock.now); next !== undefined; next = agenda.take(clock.now)) {
        due.push(next.item);
      }
      for (const context of due.toSorted((a, b) => a.order - b.order)) {
        if (!living.has(context)) continue;
        if (isPast(context)) end(context);
        else settle(context);
      }
    },
    next: () => agenda.next(),
    clear() {
      for (const context of living) remove(context);
    },
    changes: () => [...tracker.changes(), ...stores.changes()],
    restore(rows) {
      const found: Context[] = [];
      for (const [key, value] of rows) if (key.startsWith('context/')) found.push(readContext(key, value));
      for (const context of found.toSorted((a, b) => a.order - b.order)) {
        for (const name of context.names) byName.set(name, context);
        living.add(context);
        made = Math.max(made, context.order);
        settle(context);
        tracker.restored(context);
      }
      stores.restore(rows, new Map(found.map((context) => [context.order, context])));
    },
  };
}

function writeContext({ names, begin, life, list }: Context): Json {
  return [[...names], begin, life, ...(list === undefined ? [] : [writeList(list)])];
}

function writeList({ actions, scene }: WaitingList): Json {
  return [actions, writeScene(scene)];
}

type Written = readonly [readonly string[], number, number, (readonly [Json, Json])?];

function readContext(key: string, value: Json): Context {
  const [names, begin, life, list] = value as Written;
  return {
    order: Number(key.slice(key.indexOf('/') + 1)),
    names: new Set(names),
    begin,
    life,
    list: list === undefined ? undefined : { actions: list[0] as SecActions, scene: readScene(list[1]) },
    lines: [],
    ending: false,
    internal: false,
  };
}
