/** A binary heap: the least element by `before` is always on top. */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  /** Keeps only what `wanted` accepts; linear. */
  sweep(wanted: (item: T) => boolean): void;
}

/** An empty heap. `before(a, b)`: a must come out first; ties come out in no certain order. */
export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  let items: T[] = [];

  const at = (index: number): T => items[index] as T;

  const rise = (from: number): void => {
    const item = at(from);
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(item, at(parent))) break;
      items[index] = at(parent);
      index = parent;
    }
    items[index] = item;
  };

  const sink = (from: number): void => {
    const item = at(from);
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(at(child + 1), at(child))) child += 1;
      if (!before(at(child), item)) break;
      items[index] = at(child);
      index = child;
    }
    items[index] = item;
  };

  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last as T;
        sink(0);
      }
      return top;
    },
    sweep(wanted) {
      items = items.filter(wanted);
      for (let index = (items.length >> 1) - 1; index >= 0; index -= 1) sink(index);
    },
  };
}

/** Something that wants to be woken. `order` breaks ties and is unique among the items of an agenda. */
export interface Timed {
  readonly order: number;
}

/** Which items are due when. Moving an item's time to later costs nothing until the old time comes. */
export interface Agenda<Item extends Timed> {
  /** Sets or moves the item's time; undefined takes it off. */
  set(item: Item, due: number | undefined): void;
  /** The earliest time of any item. */
  next(): number | undefined;
  /** Takes off the earliest item due at `until` or before; ties by `order`. */
  take(until: number): { readonly item: Item; readonly due: number } | undefined;
}

interface Slot<Item> {
  readonly item: Item;
  /** When it must come up, and the time under which it stands in the heap (never later). */
  due: number | undefined;
  queued: number;
}

interface Queued<Item> {
  readonly slot: Slot<Item>;
  readonly due: number;
}

/**
 * An empty agenda over a heap with lazy deletion: a moved item keeps its old entry, which is moved on
 * when it comes up. Entries stay below twice the items plus 64.
 */
export function createAgenda<Item extends Timed>(): Agenda<Item> {
  const slots = new Map<Item, Slot<Item>>();
  const heap = createHeap<Queued<Item>>((a, b) =>
    a.due === b.due ? a.slot.item.order < b.slot.item.order : a.due < b.due,
  );

  const stands = ({ slot, due }: Queued<Item>): boolean =>
    slots.get(slot.item) === slot && slot.queued === due;

  const queue = (slot: Slot<Item>, due: number): void => {
    slot.queued = due;
    heap.push({ slot, due });
    if (heap.size > 2 * slots.size + 64) heap.sweep(stands);
  };

  /** Brings an entry to the top that is exact. */
  const settle = (): Queued<Item> | undefined => {
    for (;;) {
      const top = heap.peek();
      if (top === undefined) return undefined;
      const { slot } = top;
      if (stands(top) && slot.due === top.due) return top;
      heap.pop();
      if (stands(top) && slot.due !== undefined) queue(slot, slot.due);
    }
  };

  return {
    set(item, due) {
      const slot = slots.get(item);
      if (due === undefined) {
        slots.delete(item);
        return;
      }
      if (slot === undefined) {
        const fresh: Slot<Item> = { item, due, queued: due };
        slots.set(item, fresh);
        queue(fresh, due);
        return;
      }
      slot.due = due;
      if (due < slot.queued) queue(slot, due);
    },
    next: () => settle()?.due,
    take(until) {
      const top = settle();
      if (top === undefined || top.due > until) return undefined;
      heap.pop();
      slots.delete(top.slot.item);
      return { item: top.slot.item, due: top.due };
    },
  };
}
