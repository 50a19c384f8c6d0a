import type { IntentRow } from '../../store/contract.ts';
import type { Log } from '../log.ts';
import { controlOf, type Carried, type Carrier } from './carrier.ts';
import { shown } from './shown.ts';

/** For trials: says what would be done, and does nothing. */
export function createShownOnly(log: Log): Carrier {
  return {
    async carry(row) {
      log.info('would do', { rule: row.rule, action: row.action, text: shown(JSON.stringify(row.intent)) });
      return carriedOf(row);
    },
    signal: async (signal) => controlOf(signal),
    closeOutputs: async () => undefined,
    stop: async () => undefined,
  };
}

function carriedOf({ rule, intent }: IntentRow): Carried {
  const outcome = { type: 'done', text: 'only shown' } as const;
  if (intent.type === 'signal') return { outcome, make: controlOf(intent.signal, rule) };
  if (intent.type !== 'run' || !intent.reports) return { outcome };
  const { child } = intent;
  return { outcome, make: (now, seq) => ({ type: 'commandFinished', seq, now, child, rule }) };
}
