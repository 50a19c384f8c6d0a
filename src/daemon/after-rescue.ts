import { resolveAlert } from '../alerting/episode.ts';
import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger, LedgerFailure, Restored } from '../store/contract.ts';

/** Most messages that are looked at; there can be no more than `limits.max-waiting` and what was under way. */
const most = 100_000;

const why = 'given up: the ledger was damaged, and what it knew of this message was lost';
const whyOver = 'over: the ledger was damaged, and nothing is known of this alert any more';

/**
 * After a rescue: messages that the ledger has as still on their way, and alerts that it has as open, would stay
 * so for ever where alerting's rows do not have them: these were lost, or those are old ones out of the backup.
 * The messages become undelivered and the alerts resolved, with the reason. Answers how many.
 */
export function giveUpStrays(
  ledger: Ledger,
  now: Instant,
): { readonly strays: number } | { readonly failure: LedgerFailure } {
  const recalled = ledger.recall();
  if (!recalled.ok) return { failure: recalled.failure };
  const { restored } = recalled;
  const messages = known(restored, 'notification');
  const alerts = known(restored, 'alert');
  const strays: Strays = {
    notifications: ledger.unsettled(most).filter(({ id }) => !messages.has(id)),
    alerts: ledger.openAlerts().flatMap(({ id }) => (alerts.has(id) ? [] : exactly(ledger, id))),
  };
  const count = strays.notifications.length + strays.alerts.length;
  if (count === 0) return { strays: 0 };
  const written = ledger.commit(roundOf(strays, restored, now));
  return written.ok ? { strays: count } : { failure: written.failure };
}

interface Strays {
  readonly notifications: readonly Notification[];
  readonly alerts: readonly Alert[];
}

const known = ({ alertingRows }: Restored, scope: string): ReadonlySet<string> =>
  new Set(alertingRows.flatMap((row) => (row.scope === scope ? [row.key] : [])));

const exactly = (ledger: Ledger, id: string): readonly Alert[] =>
  ledger.findAlerts(id).filter((alert) => alert.id === id);

const roundOf = (strays: Strays, { nextSeq, now: at }: Restored, now: Instant) => ({
  at,
  nextSeq,
  journal: [],
  marks: [],
  alerts: strays.alerts.map((stray) => resolveAlert(stray, now)),
  notifications: strays.notifications.map((stray) => ({ ...stray, state: 'dead' as const, why })),
  messages: new Map(),
  decisions: [
    ...strays.alerts.map((stray) => endOf(stray, now)),
    ...strays.notifications.flatMap(deadAt(now)),
  ],
  alertingRows: [],
});

const endOf = ({ id }: Alert, at: Instant): Decision => ({ at, alert: id, step: 'resolved', text: whyOver });

const deadAt =
  (at: Instant) =>
  ({ id, alerts }: Notification): readonly Decision[] =>
    alerts.map((alert) => ({ at, alert, notification: id, step: 'dead', text: why }));
