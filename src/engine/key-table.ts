import { assert, present } from '../kit/assert.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';
import { ownText } from './occurrence.ts';
import type { KeyEntry, KeyForm, KeyTable } from './kind.ts';
import type { Timers, Wakeable } from './timers.ts';

/** What all tables of a machine share. */
export interface TableShare {
  readonly timers: Timers;
  readonly nextOrder: () => number;
  readonly limit: number;
  /** A key gave way to a newer one. */
  readonly onEvicted: (scope: string, now: Instant) => void;
}

/** Which rows a table writes: those of `scope` whose key begins with `prefix` and `[`. */
export interface TablePlace {
  readonly scope: string;
  readonly hash?: string;
  readonly prefix: string;
}

/** A key table that the engine can write out and fill again. */
export interface StoredTable<State> extends KeyTable<State> {
  readonly place: TablePlace;
  /** Adds the rows that differ since the last call. */
  writeChanges(to: Row[]): void;
  /** Takes one row's value; call in the order of `orderOf`. */
  restore(name: string, value: Json): void;
}

/** The age of the entry that a row's value was written from. */
export const orderOf = (value: Json | undefined): number =>
  Array.isArray(value) && typeof value[0] === 'number' ? value[0] : 0;

/**
 * An entry. There can be a million: every member costs eight megabytes. None holds another: along a chain of
 * them V8 could mark but one after the other, and would stop the process for it.
 */
interface Item<State> extends KeyEntry<State>, Wakeable {
  /** What the table knows it by: see `nameOf`. */
  readonly name: string;
  /** It is among those that will be written; it is no longer in the table. */
  isDirty: boolean;
  isGone: boolean;
}

/** Most keys have one value, which is its own name: to write JSON took a tenth of the time of an event. */
const nameOf = (key: readonly string[]): string =>
  key.length === 1 ? (key[0] as string) : JSON.stringify(key);

/** An empty table of one rule. */
export function createKeyTable<State>(
  place: TablePlace,
  form: KeyForm<State>,
  share: TableShare,
): StoredTable<State> {
  /** In the order of age. */
  const items = new Map<string, Item<State>>();
  let dirty: Item<State>[] = [];
  /**
   * While old ones give way it stands before the oldest, for a new iterator would go over all that were removed
   * before. It holds what the map was when it last moved, so a table that has room has none.
   */
  let byAge: Iterator<Item<State>, undefined> | undefined;
  /** How many values a key has. */
  let width = 1;

  const setWidth = (values: number): void => {
    assert(items.size === 0, 'all keys of a table have as many values');
    width = values;
  };

  const keyNamed = (name: string): readonly string[] =>
    width === 1 ? [name] : (JSON.parse(name) as readonly string[]);

  const soil = (item: Item<State>): void => {
    if (item.isDirty) return;
    item.isDirty = true;
    dirty.push(item);
  };

  const remove = (item: Item<State>): void => {
    items.delete(item.name);
    item.isGone = true;
    soil(item);
    share.timers.remove(item);
    if (2 * items.size < share.limit) byAge = undefined;
  };

  /** Items of this table are woken by it alone: the cast says no more than that. */
  const owner: Wakeable['owner'] = {
    due: (item) => form.due((item as Item<State>).state),
    wake: (item, now) => wake(item as Item<State>, now as Instant),
  };

  const add = (name: string, order: number, state: State): Item<State> => {
    const item: Item<State> = { name, order, state, owner, place: -1, isDirty: false, isGone: false };
    items.set(name, item);
    return item;
  };

  const wake = (item: Item<State>, now: Instant): void => {
    form.wake?.(item, now, keyNamed(item.name));
    if (item.isGone) return;
    if (form.due(item.state) <= now) remove(item);
    else {
      soil(item);
      share.timers.set(item);
    }
  };

  const oldestItem = (): Item<State> => {
    const next = byAge?.next();
    if (next?.value !== undefined) return next.value;
    // None is there yet, or it came to its end and is done for good.
    byAge = items.values();
    return present(byAge.next().value, 'the oldest of a full table');
  };

  const evictOldest = (now: Instant): void => {
    const item = oldestItem();
    remove(item);
    form.evicted?.(item, now, keyNamed(item.name));
    share.onEvicted(place.scope, now);
  };

  /** What kinds hold of a table are its items. */
  const itemOf = (entry: KeyEntry<State>): Item<State> => entry as Item<State>;

  const rowOf = ({ name, order, state, isGone }: Item<State>): Row => {
    const { scope, hash, prefix } = place;
    const key = width === 1 ? `${prefix}[${JSON.stringify(name)}]` : prefix + name;
    if (isGone) return hash === undefined ? { scope, key } : { scope, key, hash };
    const value = [order, form.write(state)];
    return hash === undefined ? { scope, key, value } : { scope, key, hash, value };
  };

  return {
    place,
    get size() {
      return items.size;
    },
    find: (key) => items.get(nameOf(key)),
    open(key, now, make) {
      if (key.length !== width) setWidth(key.length);
      const name = nameOf(key);
      const existing = items.get(name);
      if (existing !== undefined) return existing;
      while (items.size >= share.limit) evictOldest(now);
      const item = add(ownText(name), share.nextOrder(), make());
      soil(item);
      return item;
    },
    touch(entry) {
      const item = itemOf(entry);
      if (item.isGone) return;
      soil(item);
      if (form.onlyLater === undefined || item.place < 0) share.timers.set(item);
    },
    drop(entry) {
      const item = itemOf(entry);
      if (!item.isGone) remove(item);
    },
    reschedule() {
      for (const item of items.values()) share.timers.set(item);
    },
    writeChanges(to) {
      for (const item of dirty) {
        item.isDirty = false;
        // A key that went and came again has one row, the new one's.
        if (!item.isGone || !items.has(item.name)) to.push(rowOf(item));
      }
      dirty = [];
    },
    restore(written, value) {
      const [order, state] = value as [number, Json];
      const key = JSON.parse(written) as readonly string[];
      if (key.length !== width) setWidth(key.length);
      share.timers.set(add(nameOf(key), order, form.read(state)));
    },
  };
}
