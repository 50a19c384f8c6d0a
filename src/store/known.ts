/** Most rows of a table that the writer remembers. */
const limit = 4096;

/**
 * What the writer last wrote of a row, so that it need not ask the database. May forget at any time. To
 * be emptied when a transaction failed: what it remembers then was never written.
 */
export interface Known<T> {
  get(id: string): T | undefined;
  set(id: string, row: T): void;
  clear(): void;
}

/** Remembers the rows written last. */
export function createKnown<T>(): Known<T> {
  const rows = new Map<string, T>();
  return {
    get: (id) => rows.get(id),
    set(id, row) {
      rows.delete(id);
      rows.set(id, row);
      if (rows.size <= limit) return;
      for (const oldest of rows.keys()) {
        rows.delete(oldest);
        break;
      }
    },
    clear: () => rows.clear(),
  };
}
