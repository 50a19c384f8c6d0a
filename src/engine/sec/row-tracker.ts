import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';

/** The scope of all rows of an instance of SEC; the caller puts its own in place of it. */
export const SCOPE = 'sec';

/** How items become rows. A key is an item's own for as long as it lives, and never used again by another. */
export interface RowForm<T> {
  readonly key: (item: T) => string;
  readonly hash?: (item: T) => string;
  readonly value: (item: T) => Json;
}

/** Knows which items differ from their rows. */
export interface RowTracker<T> {
  /** The item is new or has changed. */
  touch(item: T): void;
  /** The item is gone. */
  forget(item: T): void;
  /** The item came out of its row. */
  restored(item: T): void;
  changes(): Row[];
}

export function createRowTracker<T>(form: RowForm<T>): RowTracker<T> {
  const dirty = new Set<T>();
  const stored = new Set<T>();
  let gone: string[] = [];

  const rowOf = (item: T): Row => {
    stored.add(item);
    const hash = form.hash?.(item);
    return {
      scope: SCOPE,
      key: form.key(item),
      ...(hash !== undefined && { hash }),
      value: form.value(item),
    };
  };

  return {
    touch: (item) => void dirty.add(item),
    forget(item) {
      dirty.delete(item);
      if (stored.delete(item)) gone.push(form.key(item));
    },
    restored: (item) => void stored.add(item),
    changes() {
      const rows: Row[] = gone.map((key) => ({ scope: SCOPE, key }));
      gone = [];
      for (const item of dirty) rows.push(rowOf(item));
      dirty.clear();
      return rows;
    },
  };
}
