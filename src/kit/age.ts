/** Things in the order in which they came, of which any may go at any time. */
export interface ByAge<Item> {
  add(item: Item): void;
  /** The oldest that is still there; it stays. */
  oldest(): Item | undefined;
}

/**
 * An empty list. `isThere` says whether an item has not gone yet, `present` how many have not: what has
 * gone is swept out when it is more than half. A map alone would do, but finding the first entry of a map
 * whose oldest entries keep being deleted takes time with their number.
 */
export function createByAge<Item>(isThere: (item: Item) => boolean, present: () => number): ByAge<Item> {
  let items: Item[] = [];
  let head = 0;
  return {
    add(item) {
      items.push(item);
      if (items.length <= 2 * present() + 64) return;
      items = items.slice(head).filter(isThere);
      head = 0;
    },
    oldest() {
      for (; head < items.length; head += 1) {
        const item = items[head];
        if (item !== undefined && isThere(item)) return item;
      }
      return undefined;
    },
  };
}
