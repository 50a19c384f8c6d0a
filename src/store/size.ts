import type { Database } from './sqlite/driver.ts';

/** Bytes of a database's pages in use, and of those that are free inside the file. */
export function pagesOf(database: Database): { readonly used: number; readonly free: number } {
  const size = pragma(database, 'page_size');
  const free = pragma(database, 'freelist_count');
  return { used: (pragma(database, 'page_count') - free) * size, free: free * size };
}

/** The number that a PRAGMA answers with. */
function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}
