import type { TakeExclusive } from '../channels/contract.ts';
import { waitForLock } from '../control/wait-for-lock.ts';
import { loadSqlite } from '../store/sqlite/driver.ts';

/** Exclusive rights among all processes of this machine: see `control/lock.ts` for how. */
export const takeExclusive: TakeExclusive = async (directory, signal) => {
  const sqlite = await loadSqlite();
  return sqlite.ok ? waitForLock(directory, sqlite.open, signal) : sqlite;
};
