import type { Ledger } from '../../store/contract.ts';
import type { CodeMemory } from './references.ts';

const memo = 'perl.codes';

/**
 * Codes kept in the ledger. They are written before the round that holds the number of what they gave, so
 * that no restored rule knows a number without its code. A ledger that cannot be written costs only that.
 */
export const codesIn = (ledger: Pick<Ledger, 'memo' | 'remember'>): CodeMemory => ({
  recall() {
    const codes = ledger.memo(memo);
    return Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
  },
  remember: (codes) => void ledger.remember(memo, codes),
});
