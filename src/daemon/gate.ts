import type { Item } from './loop.ts';

/** A source's way into the loop that can be shut behind it. */
export interface Gate {
  offer(item: Item): void;
  /** From here on nothing passes; what comes counts as taken, so that its source may come to its end. */
  shut(): void;
  isShut(): boolean;
}

export function createGate(offer: (item: Item) => void): Gate {
  let shut = false;
  return {
    offer(item) {
      if (!shut) offer(item);
      else if (item.type === 'chunk') item.taken();
    },
    shut: () => void (shut = true),
    isShut: () => shut,
  };
}
