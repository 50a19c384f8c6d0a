import { formatDuration } from '../kit/duration.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import { decide, keepEpisode, receiverOf, type Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { mutingOf, whyMuted, type Muting } from './mute.ts';
import { remind } from './notify.ts';
import { isJoinable } from './notice.ts';
import { conclude, tell } from './outbox.ts';
import type { Routing } from './route.ts';
import { subjectOfAlert } from './subject.ts';

/** What happens to an open alert that nobody acknowledges. */
export type FollowUp = (
  | { readonly type: 'repeat'; readonly receiver: string; readonly every: Millis }
  | { readonly type: 'escalate'; readonly to: readonly string[]; readonly after: Millis }
) & {
  readonly at: Instant;
  /** The silence or the alert that muted it when it was due; `at` is when it is looked at again. */
  readonly mutedBy?: string;
};

/** What is muted for an unknown time is looked at again after a minute. */
const LOOK_AGAIN = 60_000;

/** Whether somebody is asked to acknowledge what is routed so. */
export const isFollowed = ({ plans, escalations = [] }: Routing): boolean =>
  escalations.length > 0 || [...(plans?.values() ?? [])].some(({ repeat }) => repeat !== undefined);

/** Whom it tells. */
export const namesOf = (one: FollowUp): readonly string[] =>
  one.type === 'repeat' ? [one.receiver] : one.to;

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
  if (muting !== undefined) return putOff(desk, episode, due, muting);
  const suppressed =
    mutedSince === undefined ? {} : { suppressed: { count: alert.mutedSinceTold, since: mutedSince } };
  episode.followUps = followUps.flatMap((one) => {
    if (!due.includes(one)) return [one];
    const names = namesOf(one).filter((name) => one.type === 'escalate' || !awaits(desk, episode, name));
    const receivers = names.flatMap((name) => receiverOf(desk, name) ?? []);
    const reason = one.type === 'repeat' ? 'repeated' : 'escalated';
    remind(desk, episode, receivers, { reason, ...suppressed, carried: {} }, whyOf(one));
    return one.type === 'repeat' ? [repeatOf(desk.now, one)] : [];
  });
  keepEpisode(desk, episode);
}

/** Looks again later at what is due and muted. Said once: what mutes it may do so for weeks. */
function putOff(desk: Desk, episode: Episode, due: readonly FollowUp[], muting: Muting): void {
  const [at, mutedBy] =
    muting.reason === 'silenced'
      ? [muting.silence.endsAt, muting.silence.id]
      : [instant(desk.now + LOOK_AGAIN), muting.reason === 'inhibited' ? muting.by.id : muting.reason];
  if (due.some((one) => one.mutedBy !== mutedBy)) {
    const text = `not told again: ${whyMuted(muting)}`;
    decide(desk, { alert: episode.alert.id, step: 'muted', text });
  }
  episode.followUps = episode.followUps?.map((one) => (due.includes(one) ? { ...one, at, mutedBy } : one));
  keepEpisode(desk, episode);
}

/** A silence is over, perhaps before its time: what it put off is due. */
export function resumeFollowUps(desk: Desk, silence: string): void {
  for (const episode of desk.episodes.values()) {
    const { followUps } = episode;
    if (followUps?.some(({ mutedBy }) => mutedBy === silence) !== true) continue;
    episode.followUps = followUps.map((one) => (one.mutedBy === silence ? { ...one, at: desk.now } : one));
    keepEpisode(desk, episode);
  }
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

type Repeat = Extract<FollowUp, { readonly type: 'repeat' }>;

function repeatsOf(now: Instant, { plans }: Routing): readonly Repeat[] {
  return [...(plans ?? [])].flatMap(([receiver, { repeat }]) =>
    repeat === undefined ? [] : [repeatOf(now, { receiver, every: repeat })],
  );
}

const repeatOf = (now: Instant, { receiver, every }: Pick<Repeat, 'receiver' | 'every'>): Repeat => ({
  type: 'repeat',
  receiver,
  every,
  at: instant(now + every),
});

const escalationsOf = (now: Instant, { escalations = [] }: Routing): readonly FollowUp[] =>
  escalations.map(({ after, to }) => ({ type: 'escalate', to, after, at: instant(now + after) }));

const whyOf = (one: FollowUp): string =>
  one.type === 'repeat'
    ? `nobody acknowledged it for ${formatDuration(one.every)}`
    : `nobody acknowledged it for ${formatDuration(one.after)}: escalated`;
