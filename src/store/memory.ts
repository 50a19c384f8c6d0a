import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import { instant, latest, type Instant } from '../model/time.ts';
import type {
  AlertFilter,
  IntentRow,
  JournalEntry,
  Ledger,
  LedgerCounts,
  Restored,
  Round,
  Written,
} from './contract.ts';

/** Alerts and intents kept although nothing more will come of them, when the caller does not say. */
const mostKept = 1000;
/** Decisions kept of an alert that is raised over and over. */
const mostDecisions = 500;
const unsettledStates: ReadonlySet<string> = new Set(['pending', 'sending', 'unknown', 'held']);

const done: Written = { ok: true };

/**
 * A ledger that keeps nothing: for runs whose memory ends with the process. Of what is over it remembers
 * the newest `kept` alerts, and counts the rest.
 */
export function createMemoryLedger(kept = mostKept): Ledger {
  const alerts = new Map<string, Alert>();
  const notifications = new Map<string, Notification>();
  const messages = new Map<string, Message>();
  const ofAlert = new Map<string, string[]>();
  const decisions = new Map<string, Decision[]>();
  const intents = new Map<string, IntentRow>();
  const machines = { engine: new Map<string, Row>(), alerting: new Map<string, Row>() };
  const marks = new Map<string, Map<string, Json>>();
  const memos = new Map<string, Json>();
  const forgotten = new Map<string, number>();
  let journal: readonly JournalEntry[] = [];
  let rules: ReadonlyMap<string, string> = new Map();
  let nextSeq = 0;
  let now = instant(0);
  let worthForgetting = 2 * kept;

  const write = (round: Round): void => {
    for (const { source, stream, mark } of round.marks) {
      const streams = marks.get(source) ?? new Map<string, Json>();
      marks.set(source, streams);
      if (mark === undefined) streams.delete(stream);
      else streams.set(stream, mark);
    }
    for (const alert of round.alerts) alerts.set(alert.id, alert);
    for (const notification of round.notifications) link(notification);
    for (const [id, message] of round.messages) messages.set(id, message);
    for (const decision of round.decisions) record(decision);
    for (const intent of round.intents ?? []) intents.set(intent.id, intent);
    writeRows(machines.alerting, round.alertingRows);
  };

  const link = (notification: Notification): void => {
    const { id, alerts: listed } = notification;
    const before = notifications.get(id);
    notifications.set(id, notification);
    if (before?.alerts === listed) return;
    for (const alert of listed) {
      const known = ofAlert.get(alert);
      if (known === undefined) ofAlert.set(alert, [id]);
      else if (before === undefined || !known.includes(id)) known.push(id);
    }
  };

  const record = (decision: Decision): void => {
    const made = decisions.get(decision.alert);
    if (made === undefined) decisions.set(decision.alert, [decision]);
    else if (made.push(decision) > mostDecisions) made.shift();
  };

  /**
   * Whether words about an alert may still go out, by this notification or the one it went on by. In a flood
   * thousands went on by the same: `known` is what was found out of others.
   */
  const isOnItsWay = (id: string, known: Map<string, boolean>): boolean => {
    const passed: string[] = [];
    let found = false;
    for (let next: string | undefined = id; next !== undefined && !found;) {
      const before = known.get(next);
      const notification = notifications.get(next);
      if (before !== undefined || notification === undefined) {
        found = before ?? false;
        break;
      }
      known.set(next, false);
      passed.push(next);
      found = unsettledStates.has(notification.state);
      next = notification.by;
    }
    if (found) for (const each of passed) known.set(each, true);
    return found;
  };

  /** Forgets the oldest of what is over, down to `most` alerts. */
  const forget = (most: number): number => {
    let gone = 0;
    const known = new Map<string, boolean>();
    for (const [id, { status }] of alerts) {
      if (alerts.size <= most) break;
      const listed = ofAlert.get(id) ?? [];
      if (status === 'open' || listed.some((each) => isOnItsWay(each, known))) continue;
      gone += 1;
      alerts.delete(id);
      decisions.delete(id);
      ofAlert.delete(id);
      tally(forgotten, `alert ${status}`);
      for (const each of listed) forgetNotification(each);
    }
    for (const [id, { state }] of intents) {
      if (intents.size <= most) break;
      if (state !== 'pending' && state !== 'running') intents.delete(id);
    }
    return gone;
  };

  const forgetNotification = (id: string): void => {
    const notification = notifications.get(id);
    if (notification === undefined || notification.alerts.some((alert) => alerts.has(alert))) return;
    notifications.delete(id);
    messages.delete(id);
    tally(forgotten, notification.state);
  };

  const newestFirst = (): Alert[] => [...alerts.values()].reverse().toSorted((a, b) => since(b) - since(a));
  const fitting = ({ rule, since: from, status }: Omit<AlertFilter, 'limit'>): Alert[] =>
    newestFirst()
      .filter((alert) => (rule === undefined || alert.rule === rule) && since(alert) >= (from ?? -Infinity))
      .filter((alert) => status === undefined || alert.status === status);
  const unsettled = (): Notification[] =>
    [...notifications.values()]
      .filter(({ state }) => unsettledStates.has(state))
      .toSorted((a, b) => a.createdAt - b.createdAt);
  const restored = (): Restored => ({
    nextSeq,
    now,
    rules,
    engineRows: [...machines.engine.values()],
    alertingRows: [...machines.alerting.values()],
    journal,
    intents: [...intents.values()].filter(({ state }) => state === 'pending' || state === 'running'),
    marks: new Map([...marks].filter(([, streams]) => streams.size > 0)),
  });

  return {
    alerts: ({ limit, ...filter }) => fitting(filter).slice(0, limit),
    countAlerts: (filter) => fitting(filter).length,
    findAlerts(prefix) {
      const exact = alerts.get(prefix);
      if (exact !== undefined) return [exact];
      return [...alerts.values()]
        .filter(({ id }) => id.startsWith(prefix))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    openAlerts: () =>
      newestFirst()
        .reverse()
        .filter(({ status }) => status === 'open')
        .map(({ id, rule }) => ({ id, rule })),
    notificationsOf: (alert) =>
      [...(ofAlert.get(alert) ?? [])]
        .flatMap((id) => notifications.get(id) ?? [])
        .toSorted((a, b) => a.createdAt - b.createdAt),
    decisionsOf: (alert) => [...(decisions.get(alert) ?? [])],
    message: (notification) => messages.get(notification),
    unsettled: (limit) => unsettled().slice(0, limit),
    countUnsettled: () => unsettled().length,
    intents: ({ rule, limit }) =>
      [...intents.values()]
        .reverse()
        .filter((intent) => rule === undefined || intent.rule === rule)
        .slice(0, limit),
    lastSent(channels) {
      const [last] = [...notifications.values()]
        .filter(({ state, channel }) => state === 'sent' && channels.includes(channel))
        .toSorted((a, b) => b.dueAt - a.dueAt);
      const sent = decisions
        .get(last?.alerts[0] ?? '')
        ?.findLast(({ notification, step }) => notification === last?.id && step === 'sent');
      return sent?.at ?? last?.dueAt;
    },
    counts: () => countsOf(alerts, notifications, forgotten),
    restore: restored,
    recall: () => ({ ok: true, restored: restored() }),
    marks: () => restored().marks,
    memo: (name) => memos.get(name),
    commit(round) {
      write(round);
      journal = [...journal, ...round.journal];
      nextSeq = Math.max(nextSeq, round.nextSeq);
      now = round.at;
      if (alerts.size + intents.size > worthForgetting) {
        forget(kept);
        worthForgetting = 2 * Math.max(kept, alerts.size + intents.size);
      }
      return done;
    },
    checkpoint(checkpoint) {
      writeRows(machines.engine, checkpoint.engineRows);
      journal = journal.filter(({ seq }) => seq >= checkpoint.nextSeq);
      ({ rules, now } = checkpoint);
      const { memo } = checkpoint;
      if (memo !== undefined) memos.set(memo.name, memo.value);
      nextSeq = Math.max(nextSeq, checkpoint.nextSeq);
      return done;
    },
    remember(name, value) {
      memos.set(name, value);
      return done;
    },
    retain: () => ({ deleted: forget(kept) }),
    close: () => undefined,
  };
}

/** The last thing that happened to an alert: a raise or its resolution. */
const since = ({ lastAt, resolvedAt }: Alert): Instant => latest(lastAt, resolvedAt ?? lastAt);

function writeRows(machine: Map<string, Row>, rows: readonly Row[]): void {
  for (const row of rows) {
    const name = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) machine.delete(name);
    else machine.set(name, row);
  }
}

function countsOf(
  alerts: ReadonlyMap<string, Alert>,
  notifications: ReadonlyMap<string, Notification>,
  forgotten: ReadonlyMap<string, number>,
): LedgerCounts {
  const all = new Map(forgotten);
  for (const { status } of alerts.values()) tally(all, `alert ${status}`);
  for (const { state } of notifications.values()) tally(all, state);
  const open = all.get('alert open') ?? 0;
  return {
    alerts: open + (all.get('alert resolved') ?? 0),
    openAlerts: open,
    byState: Object.fromEntries([...all].filter(([name]) => !name.startsWith('alert '))),
    bytes: 0,
  };
}

function tally(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
