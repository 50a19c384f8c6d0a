import { formatDuration } from '../kit/duration.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import { decide, keepEpisode, receiverOf, type Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { mutingOf, whyMuted } from './mute.ts';
import { remind } from './notify.ts';
import { isJoinable } from './notice.ts';
import { conclude, tell } from './outbox.ts';
import type { Routing } from './route.ts';
import { subjectOfAlert } from './subject.ts';

/** What happens to an open alert that nobody acknowledges. */
export type FollowUp =
  | { readonly type: 'repeat'; readonly receiver: string; readonly every: Millis; readonly at: Instant }
  | {
      readonly type: 'escalate';
      readonly to: readonly string[];
      readonly after: Millis;
      readonly at: Instant;
    };

/** What is muted for an unknown time is looked at again after a minute. */
const LOOK_AGAIN = 60_000;

/** Whether somebody is asked to acknowledge what is routed so. */
export const isFollowed = ({ plans, escalations = [] }: Routing): boolean =>
  escalations.length > 0 || [...(plans?.values() ?? [])].some(({ repeat }) => repeat !== undefined);

/** All that happens if nobody acknowledges from now on. */
export function planFollowUps({ now }: Desk, routing: Routing): readonly FollowUp[] {
  return [...repeatsOf(now, routing), ...escalationsOf(now, routing)];
}

/** The same after a message that was no repeat: who heard it hears of it no earlier than its time. */
export function putOffRepeats(
  { now }: Desk,
  { followUps = [] }: Episode,
  routing: Routing,
): readonly FollowUp[] {
  const fresh = repeatsOf(now, routing);
  const kept = followUps.filter(
    (old) => old.type === 'escalate' || !fresh.some(({ receiver }) => receiver === old.receiver),
  );
  return [...kept, ...fresh];
}

/** Repeats and escalates what is due. */
export function followUp(desk: Desk, episode: Episode): void {
  const { alert, followUps = [], mutedSince } = episode;
  const due = followUps.filter(({ at }) => at <= desk.now);
  if (due.length === 0 || alert.status !== 'open') return keepEpisode(desk, episode);
  const muting = mutingOf(desk, subjectOfAlert(alert), episode);
  if (muting !== undefined) {
    const at = muting.reason === 'silenced' ? muting.silence.endsAt : instant(desk.now + LOOK_AGAIN);
    episode.followUps = followUps.map((one) => (due.includes(one) ? { ...one, at } : one));
    decide(desk, { alert: alert.id, step: 'muted', text: `not told again: ${whyMuted(muting)}` });
    return keepEpisode(desk, episode);
  }
  const suppressed =
    mutedSince === undefined ? {} : { suppressed: { count: alert.mutedSinceTold, since: mutedSince } };
  episode.followUps = followUps.flatMap((one) => {
    if (!due.includes(one)) return [one];
    const names =
      one.type === 'repeat' ? [one.receiver].filter((name) => !awaits(desk, episode, name)) : one.to;
    const receivers = names.flatMap((name) => receiverOf(desk, name) ?? []);
    const reason = one.type === 'repeat' ? 'repeated' : 'escalated';
    remind(desk, episode, receivers, { reason, ...suppressed, carried: {} }, whyOf(one));
    return one.type === 'repeat' ? [{ ...one, at: instant(desk.now + one.every) }] : [];
  });
  keepEpisode(desk, episode);
}

/** Whether a message about the alert still waits for this receiver: then there is nothing to repeat. */
function awaits(desk: Desk, { alert, unsettled }: Episode, receiver: string): boolean {
  if (unsettled === 0) return false;
  for (const { notification } of desk.notices.values()) {
    if (notification.receiver === receiver && notification.alerts.includes(alert.id)) return true;
  }
  return false;
}

/** Takes back what was only to be told again and did not go out yet. */
export function withdrawReminders(desk: Desk, { alert }: Episode, why: string): void {
  for (const notice of desk.notices.values()) {
    const { alerts, reason } = notice.notification;
    const isReminder = reason === 'repeated' || reason === 'escalated';
    if (!isReminder || alerts.length !== 1 || alerts[0] !== alert.id) continue;
    if (Object.keys(notice.carried).length > 0 || !isJoinable(notice)) continue;
    tell(desk, notice, 'muted', why);
    conclude(desk, notice, { state: 'muted', why }, 'goesOn');
  }
}

function repeatsOf(now: Instant, { plans }: Routing): readonly Extract<FollowUp, { type: 'repeat' }>[] {
  return [...(plans ?? [])].flatMap(([receiver, { repeat }]) =>
    repeat === undefined
      ? []
      : [{ type: 'repeat', receiver, every: repeat, at: instant(now + repeat) } as const],
  );
}

const escalationsOf = (now: Instant, { escalations = [] }: Routing): readonly FollowUp[] =>
  escalations.map(({ after, to }) => ({ type: 'escalate', to, after, at: instant(now + after) }));

const whyOf = (one: FollowUp): string =>
  one.type === 'repeat'
    ? `nobody acknowledged it for ${formatDuration(one.every)}`
    : `nobody acknowledged it for ${formatDuration(one.after)}: escalated`;
