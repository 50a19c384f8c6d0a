import { hashText } from '../kit/hash.ts';
import type { Decision, Notification } from '../model/alert.ts';
import type { Carried, Ending } from './counters.ts';
import { decide, keepEpisode, laneOf, receiverOf, scheduleNotice, type Desk } from './desk.ts';
import { blockOf, lineUp, stepOut } from './lane.ts';
import { isWaiting, mayHaveArrived, type Notice } from './notice.ts';

/** What a new notification is made of; the rest follows from when it is made. */
export type Draft = Pick<
  Notification,
  'alerts' | 'total' | 'severity' | 'receiver' | 'channel' | 'hop' | 'reason' | 'suppressed'
>;

/** Puts a new notification in its channel's queue. `rank`: its place there, if not at the end. */
export function enqueue(desk: Desk, draft: Draft, carried: Carried, why: string, rank?: number): Notice {
  const order = (desk.made += 1);
  const { receiver, channel, alerts } = draft;
  const notification: Notification = {
    id: hashText(JSON.stringify([alerts[0] ?? '', receiver, channel, desk.now, order])).slice(0, 10),
    ...draft,
    state: 'pending',
    createdAt: desk.now,
    dueAt: desk.now,
    attempt: 0,
    part: 0,
    why: `${why}${waitsFor(desk, channel)}`,
  };
  const notice: Notice = { order, rank: rank ?? order, carried, notification, unknowns: 0 };
  for (const id of alerts) countUnsettled(desk, id, 1);
  show(desk, notice);
  return notice;
}

/** What keeps a channel from taking a message at once, in the words of `alerts why`. */
function waitsFor(desk: Desk, channel: string): string {
  const lane = laneOf(desk, channel);
  const block = blockOf(lane);
  if (block !== undefined) return `; waits: ${channel} is suspended (${block.reason})`;
  const free = lane.budget.slots(desk.now) > 0 ? undefined : lane.budget.freeAt(desk.now);
  if (free === undefined) return '';
  const next = Number.isFinite(free) ? ` until ${new Date(free).toISOString()}` : '';
  return `; waits: the budget of ${channel} is spent${next}`;
}

/** Says and keeps a notification as it is now; one that waits takes its turn. */
export function show(desk: Desk, notice: Notice): void {
  const { notification } = notice;
  const lane = laneOf(desk, notification.channel);
  stepOut(lane, notice);
  lane.underWay.delete(notice);
  if (isWaiting(notice)) lineUp(lane, notice);
  else if (notification.state === 'sending') lane.underWay.add(notice);
  desk.stirred.add(lane);
  desk.notices.put(notification.id, notice);
  desk.outputs.push({ type: 'notification', notification });
  scheduleNotice(desk, notice);
}

/** Changes a notification that stays in memory. */
export function change(desk: Desk, notice: Notice, changes: Partial<Notification>): void {
  notice.notification = { ...notice.notification, ...changes };
  show(desk, notice);
}

/** A notification's last state: it leaves memory, and what it carried is counted. */
export function conclude(
  desk: Desk,
  notice: Notice,
  changes: Pick<Notification, 'state' | 'why'> & Partial<Notification>,
  ending: Ending | 'goesOn',
): void {
  change(desk, notice, changes);
  const { id, receiver, alerts } = notice.notification;
  desk.notices.remove(id);
  if (ending !== 'goesOn') desk.counters.ended(notice.carried, receiver, ending);
  for (const alert of alerts) countUnsettled(desk, alert, -1);
}

/** Ends a notification that nobody will hear of; it stays in the list of what was not delivered. */
export function giveUp(desk: Desk, notice: Notice, why: string): void {
  const all = mayHaveArrived(notice) ? `${why}; it may have arrived` : why;
  tell(desk, notice, 'dead', `given up: ${all}`);
  conclude(desk, notice, { state: 'dead', why: all }, 'undelivered');
}

/** Lets the next channel of the chain go on. */
export function pass(desk: Desk, notice: Notice, channel: string, why: string): Notice {
  const { alerts, total, severity, receiver, hop, reason, suppressed, id } = notice.notification;
  const channels = receiverOf(desk, receiver)?.channels ?? [];
  const draft: Draft = {
    alerts,
    ...(total === undefined ? {} : { total }),
    severity,
    receiver,
    channel,
    hop: channels[hop + 1] === channel ? hop + 1 : Math.max(0, channels.indexOf(channel)),
    reason,
    ...(suppressed === undefined ? {} : { suppressed }),
  };
  const next = enqueue(desk, draft, notice.carried, `after ${notice.notification.channel}: ${why}`);
  tell(desk, notice, 'passed', `${why}: ${channel} is tried`);
  conclude(desk, notice, { state: 'passed', why, by: next.notification.id }, 'goesOn');
  tell(desk, next, 'queued', `for ${receiver} by ${channel}, instead of ${id}`);
  return next;
}

/** Writes a decision into the life of every alert that a notification lists. */
export function tell(desk: Desk, { notification }: Notice, step: Decision['step'], text: string): void {
  for (const alert of notification.alerts) decide(desk, { alert, notification: notification.id, step, text });
}

/** As `tell`, for the steps of an attempt: one that is repeated for days is told at every tenth only. */
export function tellAttempt(desk: Desk, notice: Notice, step: Decision['step'], text: string): void {
  const { attempt } = notice.notification;
  if (attempt <= 10 || attempt % 10 === 0) tell(desk, notice, step, text);
}

function countUnsettled(desk: Desk, alert: string, by: number): void {
  const episode = desk.episodes.get(alert);
  if (episode === undefined) return;
  episode.unsettled += by;
  keepEpisode(desk, episode);
}
