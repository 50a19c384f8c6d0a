import type { Limits } from '../config/config.ts';
import { instant, type Instant } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import type { Log } from './log.ts';

/** What of a ledger is looked after. */
type Kept = Pick<Ledger, 'retain'> & { counts(): Pick<ReturnType<Ledger['counts']>, 'bytes'> };

const everyMs = 3_600_000;
/** A clock that has gone on for longer since the ledger was last written may be wrong. */
const doubtfulMs = 7 * 24 * everyMs;

/**
 * Keeps the ledger within its limits: at the start and every hour. Answers how to stop it. `lastWritten`: when the
 * ledger was, by its own time. A clock that is far ahead of that at the start, as one may be before it is set, or of
 * the last look later, has an hour to come right: until then nothing is deleted for its age.
 */
export function keepUp(
  ledger: Kept,
  limits: () => Pick<Limits, 'keep' | 'ledger'>,
  now: () => number,
  log: Log,
  lastWritten: Instant,
): () => void {
  let next: NodeJS.Timeout | undefined;
  let seen: number = lastWritten;
  let isDoubtful = false;
  let more = false;

  const trim = (): void => {
    const at = now();
    if (!more) isDoubtful = seen > 0 && at - seen > doubtfulMs;
    seen = at;
    // Each call is bounded, so that the loop is never held for long.
    more = trimOnce(ledger, limits(), isDoubtful ? 0 : at, log);
    next = setTimeout(trim, more ? 0 : everyMs);
    next.unref();
  };
  trim();
  return () => clearTimeout(next);
}

/** Deletes some of what is too old or too much; answers whether there may be more of it. */
function trimOnce(
  ledger: Kept,
  { keep, ledger: maxBytes }: Pick<Limits, 'keep' | 'ledger'>,
  now: number,
  log: Log,
): boolean {
  try {
    const { deleted } = ledger.retain({ before: instant(Math.max(0, now - keep)), maxBytes });
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
