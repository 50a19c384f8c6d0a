import type { Limits } from '../config/config.ts';
import { instant, millis } from '../model/time.ts';
import type { Ledger } from '../store/contract.ts';
import type { Log } from './log.ts';

const hour = millis(3_600_000);

/** Keeps the ledger within its limits: at the start and every hour. Answers how to stop it. */
export function keepUp(ledger: Ledger, limits: () => Limits, now: () => number, log: Log): () => void {
  const trim = (): void => {
    const { keep, ledger: maxBytes } = limits();
    const { deleted } = ledger.retain({ before: instant(now() - keep), maxBytes });
    if (deleted > 0) {
      log.info('old alerts deleted', { deleted });
      // Each call is bounded, so that the loop is never held for long.
      setImmediate(trim);
      return;
    }
    const { bytes } = ledger.counts();
    if (bytes > maxBytes) {
      log.warn('limits.ledger is reached, and what is left is open or undelivered', { bytes, maxBytes });
    }
  };
  const timer = setInterval(trim, hour);
  trim();
  return () => clearInterval(timer);
}
