import { shortHash } from '../kit/hash.ts';
import type { Decision, Notification } from '../model/alert.ts';
import type { Carried, Ending } from './counters.ts';
import { decide, keepEpisode, laneOf, receiverOf, scheduleNotice, type Desk } from './desk.ts';
import { sayDrillFailed } from './drill-failed.ts';
import { blockOf, lineUp, stepOut, type Lane } from './lane.ts';
import type { Gathering } from './gathering.ts';
import { isWaiting, mayHaveArrived, type Notice } from './notice.ts';
import { altered, wholeNotification } from './notification.ts';
import type { Tally } from './tally.ts';

/** What a new notification is made of; the rest follows from when it is made. */
export interface Draft extends Pick<
  Notification,
  'alerts' | 'severity' | 'receiver' | 'channel' | 'hop' | 'reason'
> {
  readonly total?: number | undefined;
  readonly suppressed?: Notification['suppressed'] | undefined;
  readonly summary?: Notification['summary'] | undefined;
  readonly digest?: Notification['digest'] | undefined;
}

/** What a new notification may have beside. */
interface Beside {
  /** Its place in the queue, if not at the end. */
  readonly rank?: number;
  readonly gathering?: Gathering;
  readonly tally?: Tally;
}

/** Puts a new notification in its channel's queue, or among those that wait for others. */
export function enqueue(
  desk: Desk,
  draft: Draft,
  carried: Carried,
  why: string,
  { rank, gathering, tally }: Beside = {},
): Notice {
  const order = (desk.made += 1);
  const { receiver, channel, alerts } = draft;
  const notification = wholeNotification({
    id: shortHash(JSON.stringify([alerts[0] ?? '', receiver, channel, desk.now, order])),
    alerts,
    total: draft.total,
    severity: draft.severity,
    receiver,
    channel,
    hop: draft.hop,
    reason: draft.reason,
    suppressed: draft.suppressed,
    summary: draft.summary,
    digest: draft.digest,
    state: gathering === undefined ? 'pending' : 'held',
    createdAt: desk.now,
    dueAt: gathering?.until ?? desk.now,
    attempt: 0,
    part: 0,
    parts: undefined,
    why: gathering === undefined ? `${why}${waitsFor(desk, draft)}` : why,
    receipts: undefined,
    by: undefined,
  });
  const notice: Notice = {
    order,
    rank: rank ?? order,
    carried: gathering === undefined ? carried : { ...carried },
    notification,
    firstAttemptAt: undefined,
    releasedAt: undefined,
    unknowns: 0,
    isRefused: undefined,
    progress: undefined,
    isUntried: undefined,
    waitsForChannel: undefined,
    spoiled: undefined,
    gathering: gathering && { ...gathering },
    wasHeld: undefined,
    tally,
    waker: undefined,
  };
  if (gathering !== undefined) desk.gatherings.set(gathering.name, notice);
  for (const id of alerts) countUnsettled(desk, id, 1);
  show(desk, notice);
  return notice;
}

/** What keeps a channel from taking a message at once, in the words of `alerts why`. */
function waitsFor(desk: Desk, { channel, severity, reason }: Draft): string {
  const lane = laneOf(desk, channel);
  const block = blockOf(lane);
  if (block !== undefined) return `; waits: ${channel} is suspended (${block.reason})`;
  const free = lane.budget.freeAt(desk.now, severity === 'critical' && reason !== 'resolved');
  if (free === undefined) return '';
  const next = Number.isFinite(free) ? ` until ${new Date(free).toISOString()}` : '';
  return `; waits: the budget of ${channel} is spent${next}`;
}

/** Says and keeps a notification as it is now; one that waits takes its turn. */
function show(desk: Desk, notice: Notice): void {
  const { notification } = notice;
  const lane = laneOf(desk, notification.channel);
  if (isWaiting(notice)) lineUp(lane, notice);
  else if (notification.state === 'sending') lane.underWay.add(notice);
  desk.stirred.add(lane);
  desk.notices.put(notification.id, notice);
  desk.outputs.push({ type: 'notification', notification });
  scheduleNotice(desk, notice);
}

/** Changes a notification that stays in memory. */
export function change(desk: Desk, notice: Notice, changes: Partial<Notification>): void {
  leave(laneOf(desk, notice.notification.channel), notice);
  notice.notification = altered(notice.notification, changes);
  show(desk, notice);
}

/** A notification's last state: it leaves memory, and what it carried is counted. */
export function conclude(
  desk: Desk,
  notice: Notice,
  changes: Pick<Notification, 'state' | 'why'> & Partial<Notification>,
  ending: Ending | 'goesOn',
): void {
  const notification = altered(notice.notification, changes);
  const { id, receiver, channel, alerts } = notification;
  const lane = laneOf(desk, channel);
  leave(lane, notice);
  desk.stirred.add(lane);
  if (notice.waker !== undefined) desk.agenda.set(notice.waker, undefined);
  notice.notification = notification;
  desk.notices.remove(id);
  desk.outputs.push({ type: 'notification', notification });
  if (ending !== 'goesOn') desk.counters.ended(notice.carried, receiver, ending);
  for (const alert of alerts) countUnsettled(desk, alert, -1);
}

/** Takes a notification from its place on its channel, whatever it waits for there. */
function leave(lane: Lane, notice: Notice): void {
  stepOut(lane, notice);
  lane.underWay.delete(notice);
}

/** Ends a notification that nobody will hear of; it stays in the list of what was not delivered. */
export function giveUp(desk: Desk, notice: Notice, why: string): void {
  const all = mayHaveArrived(notice) ? `${why}; it may have arrived` : why;
  sayDrillFailed(desk, notice, all);
  tell(desk, notice, 'dead', `given up: ${all}`);
  conclude(desk, notice, { state: 'dead', why: all }, 'undelivered');
}

/** Lets the next channel of the chain go on. */
export function pass(desk: Desk, notice: Notice, channel: string, why: string): Notice {
  const { alerts, total, severity, receiver, hop, reason, suppressed, summary, digest, id } =
    notice.notification;
  sayDrillFailed(desk, notice, why);
  const channels = receiverOf(desk, receiver)?.channels ?? [];
  const draft: Draft = {
    alerts,
    total,
    severity,
    receiver,
    channel,
    hop: channels[hop + 1] === channel ? hop + 1 : Math.max(0, channels.indexOf(channel)),
    reason,
    suppressed,
    summary,
    digest,
  };
  const { tally } = notice;
  const beside = tally === undefined ? {} : { tally };
  const next = enqueue(desk, draft, notice.carried, `after ${notice.notification.channel}: ${why}`, beside);
  tell(desk, notice, 'passed', `${why}: ${channel} is tried`);
  conclude(desk, notice, { state: 'passed', why, by: next.notification.id }, 'goesOn');
  tell(desk, next, 'queued', `for ${receiver} by ${channel}, instead of ${id}`);
  return next;
}

/** Writes a decision into the life of every alert that a notification lists, or of it itself. */
export function tell(desk: Desk, { notification }: Notice, step: Decision['step'], text: string): void {
  const { id, alerts } = notification;
  if (alerts.length === 0) decide(desk, { alert: '', notification: id, step, text });
  for (const alert of alerts) decide(desk, { alert, notification: id, step, text });
}

/** As `tell`, for the steps of an attempt: one that is repeated for days is told at every tenth only. */
export function tellAttempt(desk: Desk, notice: Notice, step: Decision['step'], text: string): void {
  const { attempt } = notice.notification;
  if (attempt <= 10 || attempt % 10 === 0) tell(desk, notice, step, text);
}

/** One notification more or less lists an alert. */
export function countUnsettled(desk: Desk, alert: string, by: number): void {
  const episode = desk.episodes.get(alert);
  if (episode === undefined) return;
  episode.unsettled += by;
  keepEpisode(desk, episode);
}
