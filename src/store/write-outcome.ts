import type { Alert, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import { createKnown } from './known.ts';
import type { Database } from './sqlite/driver.ts';

/** Writes alerts and notifications, and how many of them are in which state. */
export interface OutcomeWriter {
  alert(alert: Alert): void;
  /** `message`: rendered in this round; without it the row keeps the one it has. */
  notification(notification: Notification, message: Message | undefined): void;
  /** Whether there was such a notification. */
  message(notification: string, message: Message): boolean;
  /** At the end of a transaction that wrote any. */
  writeTallies(): void;
  /** After a transaction that failed: nothing of it was written. */
  forget(): void;
}

/** What of an alert's row stands in an index. */
interface KnownAlert {
  readonly status: string;
  readonly lastAt: number;
  readonly raises: number;
}

interface KnownNotification {
  readonly state: string;
  readonly alerts: string;
}

/**
 * Statements are the price of a commit, indexes come next. So a row that was written lately is updated
 * without asking for it, and only in the indexes whose columns have changed.
 */
export function createOutcomeWriter(database: Database): OutcomeWriter {
  const statements = prepareStatements(database);
  const alerts = createKnown<KnownAlert>();
  const notifications = createKnown<KnownNotification>();
  const tallies = new Map<string, number>();

  const count = (name: string, by: number): void => void tallies.set(name, (tallies.get(name) ?? 0) + by);
  const move = (kind: string, before: string | undefined, after: string): void => {
    if (before === after) return;
    if (before !== undefined) count(`${kind} ${before}`, -1);
    count(`${kind} ${after}`, 1);
  };

  return {
    alert(alert) {
      const { id, rule, status, raises } = alert;
      const lastAt = Math.max(alert.lastAt, alert.resolvedAt ?? alert.lastAt);
      const data = JSON.stringify(alert);
      const known = alerts.get(id);
      alerts.set(id, { status, lastAt, raises });
      const isTouch = known?.status === status && known.lastAt === lastAt && known.raises === raises;
      if (isTouch && did(statements.touchAlert.run(alert.severity, data, id))) return;
      const key = JSON.stringify(alert.key);
      const values = [rule, key, alert.severity, status, alert.firstAt, lastAt, raises, data];
      if (known !== undefined && did(statements.changeAlert.run(...values, id))) {
        move('alert', known.status, status);
      } else if (did(statements.addAlert.run(id, ...values))) {
        move('alert', undefined, status);
      } else {
        move('alert', String(statements.statusOf.get(id)?.['status']), status);
        statements.changeAlert.run(...values, id);
      }
    },
    notification(notification, message) {
      const { id, receiver, channel, state, createdAt, dueAt } = notification;
      const data = JSON.stringify(notification);
      const words = message === undefined ? null : JSON.stringify(message);
      const listed = notification.alerts.join(' ');
      const known = notifications.get(id);
      notifications.set(id, { state, alerts: listed });
      const values = [receiver, channel, state, dueAt, data];
      const change = () =>
        did(
          words === null
            ? statements.changeNotification.run(...values, id)
            : statements.changeBoth.run(...values, words, id),
        );
      if (known !== undefined && change()) {
        move('notification', known.state, state);
        if (known.alerts !== listed) link(notification);
        return;
      }
      if (did(statements.addNotification.run(id, ...values, words, createdAt))) {
        move('notification', undefined, state);
      } else {
        move('notification', String(statements.stateOf.get(id)?.['state']), state);
        change();
      }
      link(notification);
    },
    message: (id, message) => did(statements.message.run(JSON.stringify(message), id)),
    writeTallies() {
      for (const [name, by] of tallies) if (by !== 0) statements.tally.run(name, by);
      tallies.clear();
    },
    forget() {
      alerts.clear();
      notifications.clear();
      tallies.clear();
    },
  };

  /** A notification of no alert is linked to the alert '', so that retention finds it by that index. */
  function link({ id, alerts: listed }: Notification): void {
    for (const alert of listed.length === 0 ? [''] : listed) statements.link.run(alert, id);
  }
}

const did = ({ changes }: { readonly changes: number | bigint }): boolean => Number(changes) === 1;

function prepareStatements(database: Database) {
  const sql = (text: string) => database.prepare(text);
  return {
    addAlert: sql(
      `INSERT INTO alerts (id, rule, key, severity, status, first_at, last_at, raises, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    changeAlert: sql(
      `UPDATE alerts SET rule = ?, key = ?, severity = ?, status = ?, first_at = ?, last_at = ?, raises = ?,
         data = ? WHERE id = ?`,
    ),
    touchAlert: sql(`UPDATE alerts SET severity = ?, data = ? WHERE id = ?`),
    statusOf: sql(`SELECT status FROM alerts WHERE id = ?`),
    addNotification: sql(
      `INSERT INTO notifications (id, receiver, channel, state, due_at, data, message, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    // Apart, because a column that is set has its CHECK run and its part of the row written anew.
    changeNotification: sql(
      `UPDATE notifications SET receiver = ?, channel = ?, state = ?, due_at = ?, data = ? WHERE id = ?`,
    ),
    changeBoth: sql(
      `UPDATE notifications SET receiver = ?, channel = ?, state = ?, due_at = ?, data = ?, message = ? WHERE id = ?`,
    ),
    stateOf: sql(`SELECT state FROM notifications WHERE id = ?`),
    message: sql(`UPDATE notifications SET message = ? WHERE id = ?`),
    link: sql(`INSERT OR IGNORE INTO alert_notifications (alert, notification) VALUES (?, ?)`),
    tally: sql(`INSERT INTO tallies (name, n) VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`),
  };
}
