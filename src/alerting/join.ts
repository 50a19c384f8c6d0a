import type { Notification } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { mergeCarried } from './counters.ts';
import type { Desk } from './desk.ts';
import { severityRank } from './episode.ts';
import type { Notice } from './notice.ts';
import { conclude, enqueue, tell, type Draft } from './outbox.ts';

/** Most alerts that a joined notification lists; the number of all is kept. */
const MOST_LISTED = 50;

/**
 * Makes one notification of several that wait for the same receiver on the same channel: raises among
 * themselves, and ends among themselves, so that an end is told as an end.
 */
export function join(desk: Desk, members: readonly Notice[], why: string): void {
  const notifications = members.map(({ notification }) => notification);
  const [first] = notifications;
  if (first === undefined || members.length < 2) return;
  const { alerts, total } = listAlerts(notifications);
  const suppressed = addSuppressed(notifications);
  const draft: Draft = {
    alerts,
    ...(total > alerts.length ? { total } : {}),
    severity: notifications.map(({ severity }) => severity).reduce(worst),
    receiver: first.receiver,
    channel: first.channel,
    hop: first.hop,
    reason: first.reason === 'resolved' ? 'resolved' : 'joined',
    ...(suppressed === undefined ? {} : { suppressed }),
  };
  const carried = mergeCarried(members.map((member) => member.carried));
  // Not before a worse or older one that goes alone.
  const worstOnes = members.filter(({ notification }) => notification.severity === draft.severity);
  const rank = Math.min(...worstOnes.map((member) => member.rank));
  const joined = enqueue(desk, draft, carried, why, rank);
  const by = joined.notification.id;
  for (const member of members) {
    tell(desk, member, 'joined', `joined with ${members.length - 1} others for ${first.receiver}: ${why}`);
    conclude(desk, member, { state: 'joined', why, by }, 'goesOn');
  }
}

const worst = (a: Notification['severity'], b: Notification['severity']): Notification['severity'] =>
  severityRank[a] >= severityRank[b] ? a : b;

/** The oldest alerts, and how many there are in all. */
function listAlerts(notifications: readonly Notification[]): { alerts: readonly string[]; total: number } {
  const ids = new Set(notifications.flatMap(({ alerts }) => alerts));
  const unlisted = notifications.reduce(
    (sum, { alerts, total }) => sum + (total ?? alerts.length) - alerts.length,
    0,
  );
  return { alerts: [...ids].slice(0, MOST_LISTED), total: ids.size + unlisted };
}

function addSuppressed(notifications: readonly Notification[]): Notification['suppressed'] {
  const all = notifications.flatMap(({ suppressed }) => suppressed ?? []);
  if (all.length === 0) return undefined;
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    since: instant(Math.min(...all.map(({ since }) => since))),
  };
}
