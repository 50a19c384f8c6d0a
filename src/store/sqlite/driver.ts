/** What a cell can hold; SQLite's REAL is not used. */
type SqlValue = string | number | bigint | null | Uint8Array;

/** One row of a result by column name. */
export interface SqlRow {
  readonly [column: string]: SqlValue;
}

/** The methods of a prepared statement that the ledger uses. */
export interface Statement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  iterate(...values: SqlValue[]): IterableIterator<SqlRow>;
}

/** The methods of an open database that the ledger uses: `node:sqlite`'s and its look-alike's. */
export interface Database {
  readonly isTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** `busyMs`: how long a statement waits for another process's lock. */
interface DatabaseOptions {
  readonly readOnly: boolean;
  readonly busyMs: number;
}

export type OpenDatabase = (path: string, options: DatabaseOptions) => Database;

/** Copies a database that is in use into a file, in pieces beside whatever else is done. Rejects on failure. */
export type CopyDatabase = (database: Database, path: string) => Promise<void>;

export type Sqlite =
  | { readonly ok: true; readonly open: OpenDatabase; readonly copy: CopyDatabase }
  | { readonly ok: false; readonly detail: string };

type DatabaseConstructor = new (
  path: string,
  options: {
    readonly readOnly: boolean;
    readonly timeout: number;
    readonly enableForeignKeyConstraints: boolean;
  },
) => Database;

interface Driver {
  readonly DatabaseSync: DatabaseConstructor;
  backup(source: Database, path: string, options: { readonly rate: number }): Promise<number>;
}

/** Pages of a copy that are moved at one stroke: while they are, nothing else uses the database. */
const copyRate = 200;

/** Loads the SQLite of this Node: the built-in one from 24 on, the optional package below. */
export async function loadSqlite(): Promise<Sqlite> {
  try {
    const { DatabaseSync, backup } = await importDriver();
    return {
      ok: true,
      open: (path, { readOnly, busyMs }) =>
        new DatabaseSync(path, { readOnly, timeout: busyMs, enableForeignKeyConstraints: false }),
      copy: async (database, path) => void (await backup(database, path, { rate: copyRate })),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      detail: `this Node has no SQLite and the package @photostructure/sqlite cannot be loaded; install it, or Node 24 (${reason})`,
    };
  }
}

async function importDriver(): Promise<Driver> {
  if (Number.parseInt(process.versions.node, 10) >= 24) {
    // A variable, because the type declarations of the oldest supported Node do not know the module.
    const builtIn: string = 'node:sqlite';
    return await import(builtIn);
  }
  return await import('@photostructure/sqlite');
}
