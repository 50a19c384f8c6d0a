import type { Alert, Decision, Notification } from '../../src/model/alert.ts';
import type { Message } from '../../src/model/delivery.ts';
import type { Json } from '../../src/model/json.ts';
import type { Row } from '../../src/model/machine.ts';
import type { Checkpoint, IntentRow, JournalEntry, LedgerReader, Round } from '../../src/store/contract.ts';

/** What a ledger must hold, in plain maps. */
export interface Model {
  nextSeq: number;
  now: number;
  rules: [string, string][];
  engine: Map<string, Row>;
  alerting: Map<string, Row>;
  journal: Map<number, JournalEntry>;
  intents: Map<string, IntentRow>;
  marks: Map<string, Json>;
  alerts: Map<string, Alert>;
  notifications: Map<string, Notification>;
  messages: Map<string, Message>;
  decisions: Decision[];
}

export const emptyModel = (): Model => ({
  nextSeq: 0,
  now: 0,
  rules: [],
  engine: new Map(),
  alerting: new Map(),
  journal: new Map(),
  intents: new Map(),
  marks: new Map(),
  alerts: new Map(),
  notifications: new Map(),
  messages: new Map(),
  decisions: [],
});

function putRows(rows: Map<string, Row>, changes: readonly Row[]): void {
  for (const row of changes) {
    const place = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) rows.delete(place);
    else rows.set(place, row);
  }
}

/** What never changes of an intent is written once. */
function putIntent(intents: Map<string, IntentRow>, row: IntentRow): void {
  const { outcome: _, ...known } = intents.get(row.id) ?? row;
  const { state, outcome } = row;
  intents.set(row.id, { ...known, state, ...(outcome === undefined ? {} : { outcome }) });
}

const isUnsettled = ({ state }: IntentRow): boolean => state === 'pending' || state === 'running';

export function applyRound(model: Model, round: Round): void {
  model.now = round.at;
  model.nextSeq = Math.max(model.nextSeq, round.nextSeq);
  for (const entry of round.journal) model.journal.set(entry.seq, entry);
  for (const row of round.intents ?? []) putIntent(model.intents, row);
  for (const { source, stream, mark } of round.marks) {
    const place = JSON.stringify([source, stream]);
    if (mark === undefined) model.marks.delete(place);
    else model.marks.set(place, mark);
  }
  for (const alert of round.alerts) model.alerts.set(alert.id, alert);
  for (const notification of round.notifications) model.notifications.set(notification.id, notification);
  for (const [id, message] of round.messages) model.messages.set(id, message);
  model.decisions.push(...round.decisions);
  putRows(model.alerting, round.alertingRows);
}

export function applyCheckpoint(model: Model, checkpoint: Checkpoint): void {
  model.nextSeq = Math.max(model.nextSeq, checkpoint.nextSeq);
  model.now = checkpoint.now;
  model.rules = [...checkpoint.rules];
  putRows(model.engine, checkpoint.engineRows);
  for (const seq of model.journal.keys()) if (seq < checkpoint.nextSeq) model.journal.delete(seq);
}

/** Everything a model holds, in an order of its own, to be compared. */
export function contentOfModel(model: Model): unknown {
  const states: { [state: string]: number } = {};
  for (const { state } of model.notifications.values()) states[state] = (states[state] ?? 0) + 1;
  const ids = [...model.alerts.keys()].sort();
  return {
    nextSeq: model.nextSeq,
    now: model.now,
    rules: model.rules.map((pair) => JSON.stringify(pair)).sort(),
    engine: sorted([...model.engine.values()]),
    alerting: sorted([...model.alerting.values()]),
    journal: [...model.journal.values()].sort((a, b) => a.seq - b.seq),
    intents: [...model.intents.values()].reverse(),
    unsettledIntents: [...model.intents.values()].filter(isUnsettled),
    marks: sorted([...model.marks].map(([place, mark]) => [...(JSON.parse(place) as string[]), mark])),
    alerts: ids.map((id) => model.alerts.get(id)),
    decisions: ids.map((id) => model.decisions.filter(({ alert }) => alert === id)),
    notifications: sorted([...model.notifications.values()]),
    messages: [...model.notifications.keys()].sort().map((id) => model.messages.get(id)),
    states,
    openAlerts: [...model.alerts.values()].filter(({ status }) => status === 'open').length,
  };
}

/** The same of a ledger. All notifications of the samples belong to one alert. */
export function contentOfLedger(ledger: LedgerReader): unknown {
  const restored = ledger.restore();
  const alerts = [...ledger.alerts({ limit: 1000 })].sort((a, b) => (a.id < b.id ? -1 : 1));
  const notifications = ledger.notificationsOf('A000000001');
  const counts = ledger.counts();
  return {
    nextSeq: restored.nextSeq,
    now: restored.now,
    rules: [...restored.rules].map((pair) => JSON.stringify(pair)).sort(),
    engine: sorted(restored.engineRows),
    alerting: sorted(restored.alertingRows),
    journal: restored.journal,
    intents: ledger.intents({ limit: 1000 }),
    unsettledIntents: restored.intents,
    marks: sorted(
      [...restored.marks].flatMap(([source, streams]) =>
        [...streams].map(([stream, mark]) => [source, stream, mark]),
      ),
    ),
    alerts,
    decisions: alerts.map(({ id }) => ledger.decisionsOf(id)),
    notifications: sorted(notifications),
    messages: notifications
      .map(({ id }) => id)
      .sort()
      .map((id) => ledger.message(id)),
    states: counts.byState,
    openAlerts: counts.openAlerts,
  };
}

const sorted = (values: readonly unknown[]): unknown[] =>
  values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
