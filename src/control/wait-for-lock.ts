import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { acquireLock, type HeldLock, type OpenLockDatabase } from './lock.ts';

/** Between two tries, on average; each waits a different time, so that none is always too late. */
const pauseMs = 25;

/**
 * Waits until the lock of a directory can be had; the directory is created. Answers why not when `signal`
 * is aborted before. The kernel drops the lock when its holder dies, so that none is ever stale.
 */
export async function waitForLock(
  directory: string,
  openDatabase: OpenLockDatabase,
  signal: AbortSignal,
): Promise<HeldLock | { readonly ok: false; readonly detail: string }> {
  const refused = prepareDirectory(directory);
  if (refused !== undefined) return { ok: false, detail: refused };
  // SQLite itself would wait without letting anything else happen in this process.
  const impatient: OpenLockDatabase = (path, options) => openDatabase(path, { ...options, busyMs: 0 });
  for (;;) {
    const lock = acquireLock(directory, impatient);
    if (lock.ok || lock.reason === 'failed') return lock;
    if (signal.aborted) return { ok: false, detail: lock.detail };
    await pause(pauseMs * (0.5 + Math.random()), signal);
  }
}

function prepareDirectory(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) createOwned(path);
    return lstatSync(path).isDirectory() ? undefined : `${path} is not a directory; remove it`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What root creates in another user's directory belongs to that user, whose daemon needs it. */
function createOwned(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  const { uid, gid } = lstatSync(dirname(path));
  if (process.geteuid?.() === 0 && uid !== 0) chownSync(path, uid, gid);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
