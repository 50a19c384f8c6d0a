/** Something that can be woken: an entry of some table. */
export interface Wakeable {
  /** Breaks ties; unique within the machine. */
  readonly order: number;
  /** Its place on the agenda, which writes it; -1: it is not there. */
  place: number;
  readonly owner: {
    /** When it wants to be woken now; Infinity: not at all. */
    due(item: Wakeable): number;
    wake(item: Wakeable, now: number): void;
  };
}

/** Which entries are due when; the items carry their own places, so that a million of them cost little. */
export interface Timers {
  /** Asks the item anew for its time. A later time costs nothing until the old one comes. */
  set(item: Wakeable): void;
  remove(item: Wakeable): void;
  /** The earliest time of any item. */
  next(): number | undefined;
  /** Takes off the earliest item due at `until` or before; ties by `order`. */
  take(until: number): { readonly item: Wakeable; readonly due: number } | undefined;
}

/** No timers yet: a binary heap in which an item may stand too early and is moved when it comes up. */
export function createTimers(): Timers {
  const items: Wakeable[] = [];
  const times: number[] = [];

  const put = (place: number, item: Wakeable, time: number): void => {
    items[place] = item;
    times[place] = time;
    item.place = place;
  };

  const isBefore = (time: number, item: Wakeable, place: number): boolean => {
    const other = times[place] as number;
    return time === other ? item.order < (items[place] as Wakeable).order : time < other;
  };

  const rise = (from: number, item: Wakeable, time: number): void => {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(time, item, parent)) break;
      put(place, items[parent] as Wakeable, times[parent] as number);
      place = parent;
    }
    put(place, item, time);
  };

  const fall = (from: number, item: Wakeable, time: number): void => {
    const size = items.length;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && isBefore(times[right] as number, items[right] as Wakeable, child)) child = right;
      if (isBefore(time, item, child)) break;
      put(place, items[child] as Wakeable, times[child] as number);
      place = child;
    }
    put(place, item, time);
  };

  const remove = (item: Wakeable): void => {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = items.pop() as Wakeable;
    const time = times.pop() as number;
    if (last === item) return;
    if (place > 0 && isBefore(time, last, (place - 1) >> 1)) rise(place, last, time);
    else fall(place, last, time);
  };

  /** Brings an item to the top whose time is exact. */
  const settle = (): void => {
    for (;;) {
      const top = items[0];
      if (top === undefined) return;
      const due = top.owner.due(top);
      if (due === times[0]) return;
      if (due === Infinity) remove(top);
      else fall(0, top, due);
    }
  };

  return {
    set(item) {
      const { place } = item;
      const due = item.owner.due(item);
      if (due === Infinity) remove(item);
      else if (place < 0) {
        items.push(item);
        times.push(due);
        rise(items.length - 1, item, due);
      } else if (due < (times[place] as number)) rise(place, item, due);
    },
    remove,
    next() {
      settle();
      return times[0];
    },
    take(until) {
      settle();
      const [item] = items;
      const [due] = times;
      if (item === undefined || due === undefined || due > until) return undefined;
      remove(item);
      return { item, due };
    },
  };
}
