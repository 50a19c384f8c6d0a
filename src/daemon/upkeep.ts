import type { Limits } from '../config/config.ts';
import { instant } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import type { Log } from './log.ts';

const everyMs = 3_600_000;

/** Keeps the ledger within its limits: at the start and every hour. Answers how to stop it. */
export function keepUp(ledger: Ledger, limits: () => Limits, now: () => number, log: Log): () => void {
  let next: NodeJS.Timeout | undefined;

  const trim = (): void => {
    // Each call is bounded, so that the loop is never held for long.
    const more = trimOnce(ledger, limits(), now(), log);
    next = setTimeout(trim, more ? 0 : everyMs);
    next.unref();
  };
  trim();
  return () => clearTimeout(next);
}

/** Deletes some of what is too old or too much; answers whether there may be more of it. */
function trimOnce(ledger: Ledger, { keep, ledger: maxBytes }: Limits, now: number, log: Log): boolean {
  try {
    const { deleted } = ledger.retain({ before: instant(now - keep), maxBytes });
    if (deleted > 0) {
      log.info('old alerts deleted', { deleted });
      return true;
    }
    const { bytes } = ledger.counts();
    if (bytes > maxBytes) {
      log.warn('limits.ledger is reached, and what is left is open or undelivered', { bytes, maxBytes });
    }
  } catch (error) {
    // What cannot be deleted now can be deleted in an hour.
    log.warn('old alerts could not be deleted', { text: String(error) });
  }
  return false;
}
