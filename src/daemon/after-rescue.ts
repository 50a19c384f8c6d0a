import type { Notification } from '../model/alert.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger, LedgerFailure, Restored } from '../store/contract.ts';

/** Most messages that are looked at; there can be no more than `limits.max-waiting` and what was under way. */
const most = 100_000;

const why = 'given up: the ledger was damaged, and what it knew of this message was lost';

/**
 * After a rescue: messages that the ledger has as still on their way, but of which alerting's rows were
 * lost, would stay so for ever. They become undelivered, with the reason. Answers how many.
 */
export function giveUpStrays(
  ledger: Ledger,
  now: Instant,
): { readonly strays: number } | { readonly failure: LedgerFailure } {
  const recalled = ledger.recall();
  if (!recalled.ok) return { failure: recalled.failure };
  const { restored } = recalled;
  const known = new Set(
    restored.alertingRows.flatMap(({ scope, key }) => (scope === 'notification' ? [key] : [])),
  );
  const strays = ledger.unsettled(most).filter(({ id }) => !known.has(id));
  if (strays.length === 0) return { strays: 0 };
  const written = ledger.commit(roundOf(strays, restored, now));
  return written.ok ? { strays: strays.length } : { failure: written.failure };
}

const roundOf = (strays: readonly Notification[], { nextSeq, now: at }: Restored, now: Instant) => ({
  at,
  nextSeq,
  journal: [],
  marks: [],
  alerts: [],
  notifications: strays.map((stray) => ({ ...stray, state: 'dead' as const, why })),
  messages: new Map(),
  decisions: strays.flatMap(({ id, alerts }) =>
    alerts.map((alert) => ({ at: now, alert, notification: id, step: 'dead' as const, text: why })),
  ),
  alertingRows: [],
});
