import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';

/** Items of one kind by key, that remembers which of their rows must be written. */
export interface Shelf<Item> {
  readonly size: number;
  get(key: string): Item | undefined;
  values(): Iterable<Item>;
  /** Puts an item, or says that the item at this key changed. */
  put(key: string, item: Item): void;
  remove(key: string): void;
  changes(): Row[];
  restore(key: string, value: Json): Item;
}

/** An empty shelf whose rows stand under `scope`. */
export function createShelf<Item>(
  scope: string,
  form: { readonly write: (item: Item) => Json; readonly read: (value: Json) => Item },
): Shelf<Item> {
  const items = new Map<string, Item>();
  const dirty = new Set<string>();
  /** Keys whose rows were written: what came and went between two writings leaves no trace. */
  const written = new Set<string>();
  return {
    get size() {
      return items.size;
    },
    get: (key) => items.get(key),
    values: () => items.values(),
    put(key, item) {
      items.set(key, item);
      dirty.add(key);
    },
    remove(key) {
      if (!items.delete(key)) return;
      if (written.has(key)) dirty.add(key);
      else dirty.delete(key);
    },
    changes() {
      const rows = [...dirty].map((key): Row => {
        const item = items.get(key);
        if (item !== undefined) {
          written.add(key);
          return { scope, key, value: form.write(item) };
        }
        written.delete(key);
        return { scope, key };
      });
      dirty.clear();
      return rows;
    },
    restore(key, value) {
      const item = form.read(value);
      items.set(key, item);
      written.add(key);
      return item;
    },
  };
}

/** Nouns of the model are plain JSON by definition, which the type of an interface cannot say. */
export const asJson = (value: object): Json => value as Json;

/** The inverse of `asJson`, for rows that this machine wrote itself. */
export const fromJson = <T extends object>(value: Json): T => value as object as T;
