import type { LedgerFailure } from '../store/contract.ts';
import type { Log } from './log.ts';

/** What is wrong with the ledger, while it is. */
export interface LedgerTrouble {
  tell(failure: LedgerFailure | undefined): void;
  failure(): LedgerFailure | undefined;
  /** Milliseconds since it began; 0 when there is none. */
  lasts(): number;
}

/** Remembers the trouble and says in the log when it begins and ends. */
export function watchLedger(log: Log): LedgerTrouble {
  let failure: LedgerFailure | undefined;
  let since = 0;
  return {
    tell(told) {
      if (told !== undefined && failure === undefined) {
        since = performance.now();
        log.error('the ledger cannot be written; reading waits', { text: told.detail });
      }
      if (told === undefined && failure !== undefined) log.warn('the ledger can be written again');
      failure = told;
    },
    failure: () => failure,
    lasts: () => (failure === undefined ? 0 : performance.now() - since),
  };
}
