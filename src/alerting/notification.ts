import type { Notification } from '../model/alert.ts';

type Absent = 'total' | 'parts' | 'summary' | 'digest' | 'suppressed' | 'why' | 'receipts' | 'by';

/** Every member of a notification; those that may be absent are undefined. */
type Whole = Required<Omit<Notification, Absent>> & {
  readonly [Name in Absent]: Notification[Name] | undefined;
};

/**
 * Notifications have the same members in the same order, so that machines that were restored say the same byte
 * for byte; and a flood makes three of them an alert, which takes ten times as long to spread as to write out.
 * What is undefined is absent as far as JSON goes.
 */
export const wholeNotification = (members: Whole): Notification => members as Notification;

/** A notification with other members, as far as they are given. */
export const altered = (old: Notification, changes: Partial<Notification>): Notification =>
  wholeNotification({
    id: old.id,
    alerts: changes.alerts ?? old.alerts,
    total: changes.total ?? old.total,
    severity: changes.severity ?? old.severity,
    receiver: old.receiver,
    channel: old.channel,
    hop: old.hop,
    reason: changes.reason ?? old.reason,
    suppressed: changes.suppressed ?? old.suppressed,
    summary: changes.summary ?? old.summary,
    digest: old.digest,
    state: changes.state ?? old.state,
    createdAt: changes.createdAt ?? old.createdAt,
    dueAt: changes.dueAt ?? old.dueAt,
    attempt: changes.attempt ?? old.attempt,
    part: changes.part ?? old.part,
    parts: changes.parts ?? old.parts,
    why: changes.why ?? old.why,
    receipts: changes.receipts ?? old.receipts,
    by: changes.by ?? old.by,
  });
