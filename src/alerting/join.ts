import type { Notification } from '../model/alert.ts';
import { mergeCarried } from './counters.ts';
import type { Desk } from './desk.ts';
import { worstOf } from './episode.ts';
import { addSuppressed, countNotice, MOST_LISTED, summaryOf } from './gathering.ts';
import type { Notice } from './notice.ts';
import { conclude, enqueue, tell, type Draft } from './outbox.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

/**
 * Makes one notification of several that wait for the same receiver on the same channel: raises among
 * themselves, and ends among themselves, so that an end is told as an end.
 */
export function join(desk: Desk, members: readonly Notice[], why: string): void {
  const notifications = members.map(({ notification }) => notification);
  const [first] = notifications;
  if (first === undefined || members.length < 2) return;
  const { alerts, total } = listAlerts(notifications);
  const suppressed = notifications.map((one) => one.suppressed).reduce(addSuppressed);
  const carried = mergeCarried(members.map((member) => member.carried));
  const tally = joinTallies(desk, members);
  const isEnd = first.reason === 'resolved';
  const isListed =
    isEnd || (total === alerts.length && notifications.every(({ summary }) => summary === undefined));
  const draft: Draft = {
    alerts,
    total: total > alerts.length ? total : undefined,
    severity: notifications.map(({ severity }) => severity).reduce(worstOf),
    receiver: first.receiver,
    channel: first.channel,
    hop: first.hop,
    reason: isEnd ? 'resolved' : 'joined',
    suppressed,
    summary: isListed ? undefined : summaryOf(carried, tally, { cause: 'budget' }),
  };
  // Not before a worse or older one that goes alone.
  const worstOnes = members.filter(({ notification }) => notification.severity === draft.severity);
  const rank = Math.min(...worstOnes.map((member) => member.rank));
  const joined = enqueue(desk, draft, carried, why, { rank, tally });
  const by = joined.notification.id;
  const text = `joined with ${members.length - 1} others for ${first.receiver}: ${why}`;
  for (const member of members) {
    tell(desk, member, 'joined', text);
    conclude(desk, member, { state: 'joined', why, by }, 'goesOn');
  }
}

/** All that is counted of them, together. */
function joinTallies(desk: Desk, members: readonly Notice[]): Tally {
  const tally = emptyTally(members[0]?.notification.createdAt ?? desk.now);
  for (const member of members) {
    if (member.tally === undefined) countNotice(desk, tally, member);
    else addTally(tally, member.tally);
  }
  return tally;
}

/** The oldest alerts, and how many there are in all. */
function listAlerts(notifications: readonly Notification[]): { alerts: readonly string[]; total: number } {
  const ids = new Set(notifications.flatMap(({ alerts }) => alerts));
  const unlisted = notifications.reduce(
    (sum, { alerts, total }) => sum + (total ?? alerts.length) - alerts.length,
    0,
  );
  return { alerts: [...ids].slice(0, MOST_LISTED), total: ids.size + unlisted };
}
