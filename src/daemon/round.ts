import type { AlertingOutput } from '../alerting/contract.ts';
import type { Alert, Decision, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Instant } from '../model/time.ts';
import type { IntentRow, JournalEntry, Mark, Round } from '../store/contract.ts';

/** One attempt that may be made once its round is committed. */
export interface PlannedAttempt {
  readonly notification: Notification;
  /** Its alerts as they stood when it was released, as far as this round touched them. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly mayHaveArrived: boolean;
  /** The channel's own reference to its first message about the same alerts. */
  readonly earlier?: string;
  /** What the channel said is done of this part. */
  readonly progress?: string;
}

/** What a turn of the loop gathers until it is committed. */
export interface Draft {
  readonly attempts: readonly PlannedAttempt[];
  /** Bytes read and outputs made: a turn ends when it grows too heavy. */
  weight(): number;
  empty(): boolean;
  journal(entry: JournalEntry): void;
  mark(source: string, stream: string, mark: Json | undefined): void;
  decided(outputs: readonly AlertingOutput[]): void;
  rendered(notification: string, message: Message): void;
  /** A new intent, or a new state of one. */
  intent(row: IntentRow): void;
  /** Called when the round is safe on disk. */
  whenCommitted(done: () => void): void;
  weigh(bytes: number): void;
  /** The outcome of an attempt (or another decision from outside) is in it. */
  settle(): void;
  settles(): boolean;
  close(at: Instant, nextSeq: number, alertingRows: readonly Row[]): Round;
  committed(): void;
}

/** An empty draft. */
export function openDraft(): Draft {
  const entries: JournalEntry[] = [];
  const marks = new Map<string, Mark>();
  const alerts = new Map<string, Alert>();
  const notifications = new Map<string, Notification>();
  const messages = new Map<string, Message>();
  const decisions: Decision[] = [];
  const intents = new Map<string, IntentRow>();
  const attempts: PlannedAttempt[] = [];
  const waiting: (() => void)[] = [];
  let weight = 0;
  let touched = false;
  let settled = false;

  const alertsOf = (notification: Notification): ReadonlyMap<string, Alert> =>
    new Map(
      notification.alerts.flatMap((id) => {
        const alert = alerts.get(id);
        return alert === undefined ? [] : [[id, alert] as const];
      }),
    );

  const take = (output: AlertingOutput): void => {
    switch (output.type) {
      case 'alert':
        alerts.set(output.alert.id, output.alert);
        break;
      case 'notification':
        notifications.set(output.notification.id, output.notification);
        break;
      case 'decision':
        decisions.push(output.decision);
        break;
      case 'attempt':
        attempts.push({
          notification: output.notification,
          alerts: alertsOf(output.notification),
          mayHaveArrived: output.mayHaveArrived,
          ...(output.earlier === undefined ? {} : { earlier: output.earlier }),
          ...(output.progress === undefined ? {} : { progress: output.progress }),
        });
        break;
    }
  };

  return {
    attempts,
    weight: () => weight,
    empty: () => !touched && waiting.length === 0,
    journal(entry) {
      touched = true;
      entries.push(entry);
      weight += 256;
    },
    mark(source, stream, mark) {
      touched = true;
      marks.set(`${source}\0${stream}`, { source, stream, ...(mark === undefined ? {} : { mark }) });
    },
    decided(outputs) {
      if (outputs.length > 0) touched = true;
      for (const output of outputs) take(output);
      weight += outputs.length * 512;
    },
    rendered: (notification, message) => void messages.set(notification, message),
    intent(row) {
      touched = true;
      intents.set(row.id, row);
      weight += 512 + sizeOf(row);
    },
    whenCommitted: (done) => void waiting.push(done),
    settle: () => void (settled = true),
    settles: () => settled,
    weigh: (bytes) => void (weight += bytes),
    close: (at, nextSeq, alertingRows) => ({
      at,
      nextSeq,
      journal: entries,
      marks: [...marks.values()],
      alerts: [...alerts.values()],
      notifications: [...notifications.values()],
      messages,
      decisions,
      intents: [...intents.values()],
      alertingRows,
    }),
    committed: () => {
      for (const done of waiting) done();
    },
  };
}

const sizeOf = ({ intent }: IntentRow): number =>
  'text' in intent ? intent.text.length : intent.type === 'run' ? (intent.input?.length ?? 0) : 0;
