import { createByAge } from '../kit/age.ts';
import type { Agenda } from '../kit/heap.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';
import type { KeyEntry, KeyForm, KeyTable } from './kind.ts';

/** Something on the engine's agenda: a key of some table. */
export interface Wakeable {
  readonly order: number;
  wake(now: Instant): void;
}

/** What all tables of a machine share. */
export interface TableShare {
  readonly agenda: Agenda<Wakeable>;
  readonly nextOrder: () => number;
  readonly limit: number;
  /** A key gave way to a newer one. */
  readonly onEvicted: (scope: string, now: Instant) => void;
}

/** Which rows a table writes: those of `scope` whose key begins with `prefix` and `[`. */
export interface TablePlace {
  readonly scope: string;
  readonly hash: string;
  readonly prefix: string;
}

/** A key table that the engine can write out and fill again. */
export interface StoredTable<State> extends KeyTable<State> {
  readonly place: TablePlace;
  /** Rows that differ since the last call. */
  changes(): Row[];
  /** Takes one row's value; call in the order of `orderOf`. */
  restore(name: string, value: Json): void;
}

/** The age of the entry that a row's value was written from. */
export const orderOf = (value: Json | undefined): number =>
  Array.isArray(value) && typeof value[0] === 'number' ? value[0] : 0;

interface Item<State> extends KeyEntry<State>, Wakeable {}

/** An empty table of one rule. */
export function createKeyTable<State>(
  place: TablePlace,
  form: KeyForm<State>,
  share: TableShare,
): StoredTable<State> {
  const items = new Map<string, Item<State>>();
  const dirty = new Set<string>();
  const byAge = createByAge<Item<State>>(
    (item) => items.get(item.name) === item,
    () => items.size,
  );

  const schedule = (item: Item<State>): void => share.agenda.set(item, form.due(item.state));

  const remove = (item: Item<State>): void => {
    items.delete(item.name);
    dirty.add(item.name);
    share.agenda.set(item, undefined);
  };

  const add = (name: string, key: readonly string[], order: number, state: State): Item<State> => {
    const item: Item<State> = { name, key, order, state, wake: (now) => wake(item, now) };
    items.set(name, item);
    byAge.add(item);
    return item;
  };

  const wake = (item: Item<State>, now: Instant): void => {
    form.wake?.(item, now);
    const due = form.due(item.state);
    if (due === undefined || due <= now) remove(item);
    else {
      dirty.add(item.name);
      share.agenda.set(item, due);
    }
  };

  const evictOldest = (now: Instant): void => {
    const oldest = byAge.oldest();
    if (oldest === undefined) return;
    remove(oldest);
    form.evicted?.(oldest, now);
    share.onEvicted(place.scope, now);
  };

  const known = (entry: KeyEntry<State>): Item<State> | undefined => {
    const item = items.get(entry.name);
    return item === entry ? item : undefined;
  };

  return {
    place,
    get size() {
      return items.size;
    },
    find: (key) => items.get(JSON.stringify(key)),
    open(key, now, make) {
      const name = JSON.stringify(key);
      const existing = items.get(name);
      if (existing !== undefined) return existing;
      while (items.size >= share.limit) evictOldest(now);
      return add(name, key, share.nextOrder(), make());
    },
    touch(entry) {
      const item = known(entry);
      if (item === undefined) return;
      dirty.add(item.name);
      schedule(item);
    },
    drop(entry) {
      const item = known(entry);
      if (item !== undefined) remove(item);
    },
    changes() {
      const rows = [...dirty].map((name): Row => {
        const item = items.get(name);
        const base = { scope: place.scope, key: place.prefix + name, hash: place.hash };
        return item === undefined ? base : { ...base, value: [item.order, form.write(item.state)] };
      });
      dirty.clear();
      return rows;
    },
    restore(name, value) {
      const [order, state] = value as [number, Json];
      schedule(add(name, JSON.parse(name) as string[], order, form.read(state)));
    },
  };
}
