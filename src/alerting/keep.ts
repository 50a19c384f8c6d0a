import { formatDuration } from '../kit/duration.ts';
import { isMilestone } from '../kit/milestone.ts';
import type { Notification } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Instant } from '../model/time.ts';
import { closeOldest } from './close.ts';
import { decide, keepEpisode, type Desk } from './desk.ts';
import {
  alertId,
  beginAlert,
  isWorse,
  isWorseThanHeard,
  raiseAgain,
  withoutAck,
  worstOf,
  type Beginning,
  type Episode,
} from './episode.ts';
import { noteBeginning } from './flap.ts';
import { isFollowed, planFollowUps, putOffRepeats } from './follow-up.ts';
import { countMuted, mutingOfNews, mutingOfRaise, mutingOfUntold, whyMuted, type Muting } from './mute.ts';
import { notify } from './notify.ts';
import type { Routing } from './route.ts';
import { subjectOf, subjectOfAlert, type Subject } from './subject.ts';

type RaiseEffect = Extract<Effect, { type: 'raise' }>;

const nowhere: Episode['told'] = [];

/** Takes a raise into its alert and tells or mutes it. */
export function raise(desk: Desk, effect: RaiseEffect): void {
  const episode = desk.open.get(effect.rule, effect.key);
  if (episode === undefined) return begin(desk, effect);
  const subject = subjectOf(effect);
  const { severity } = episode.alert;
  const rose = isWorse(worstOf(effect.severity, severity), episode.heard ?? severity);
  const muting = mutingOfRaise(desk, episode, subject, rose);
  if (muting === undefined) tellAgain(desk, episode, effect, subject, rose);
  else muteAgain(desk, episode, effect, subject, muting);
}

/** Begins an alert that is over as soon as everyone was told. */
export function beginAlone(
  desk: Desk,
  beginning: Beginning,
  routing: Routing,
  reason: 'first' | 'test' = 'first',
): void {
  announce(desk, open(desk, beginning, { alone: true, quiet: undefined, clears: false }), routing, {
    isDirect: true,
    reason,
  });
}

/** Tells what is open and of which nobody heard, or not how bad it is, as far as nothing mutes it any more. */
export function revealUntold(desk: Desk, because: string): void {
  const byAge = [...desk.untold].toSorted((a, b) => a.order - b.order);
  for (const episode of byAge) {
    const { alert } = episode;
    const isWanted = alert.ack === undefined || isWorseThanHeard(episode);
    if (isWanted && mutingOfNews(desk, subjectOfAlert(alert), episode) === undefined)
      reveal(desk, episode, because);
  }
}

function begin(desk: Desk, effect: RaiseEffect): void {
  const { rule, key, severity, occurrence, seq, ordinal, quiet, clears = false } = effect;
  const id = alertId(rule, key, seq, ordinal);
  const beginning = { id, rule, key, severity, occurrence, now: desk.now };
  const subject = subjectOf(effect);
  const routing = desk.route(subject);
  if (clears) noteBeginning(desk, rule, key);
  const muting = mutingOfUntold(desk, key, subject, undefined);
  // Nothing would ever say that it is over.
  const alone = quiet === undefined && !clears && !isFollowed(routing);
  if (!alone) closeOldest(desk);
  const episode = open(desk, beginning, { alone, quiet, clears }, muting === undefined);
  announce(desk, episode, routing, muting === undefined ? {} : { muting });
}

function open(
  desk: Desk,
  beginning: Beginning,
  ends: {
    readonly alone: boolean;
    readonly quiet: RaiseEffect['quiet'];
    readonly clears: boolean;
  },
  told = true,
): Episode {
  return {
    order: (desk.made += 1),
    alert: beginAlert(beginning, told),
    alone: ends.alone,
    quiet: ends.quiet,
    clears: ends.clears,
    patience: undefined,
    followUps: undefined,
    heard: told ? beginning.severity : undefined,
    mutedSince: told ? undefined : desk.now,
    told: nowhere,
    references: undefined,
    unsettled: 0,
    endIsTold: false,
    endToldTo: nowhere,
    waker: undefined,
  };
}

function announce(
  desk: Desk,
  episode: Episode,
  routing: Routing,
  {
    muting,
    isDirect = false,
    reason = 'first',
  }: {
    readonly muting?: Muting;
    readonly isDirect?: boolean;
    readonly reason?: 'first' | 'test';
  },
): void {
  const { alert } = episode;
  desk.outputs.push({ type: 'alert', alert });
  desk.episodes.put(alert.id, episode);
  decide(desk, { alert: alert.id, step: 'raised', text: raisedBy(episode) });
  if (!episode.alone && isFollowed(routing)) episode.patience = desk.rules.giveUpAfter;
  if (muting === undefined) {
    if (!episode.alone) follow(desk, episode, routing, true);
    notify(desk, episode, routing, { reason, carried: { [alert.rule]: 1 } }, isDirect);
  } else mute(desk, episode, routing, muting);
  keepEpisode(desk, episode);
}

/** Tells an alert all of whose raises since it was last told are counted as muted. */
function reveal(desk: Desk, episode: Episode, because: string): void {
  const { alert, heard } = episode;
  const isFirst = alert.toldAt === undefined;
  const news = isFirst
    ? 'it is open and nobody heard of it'
    : `nobody heard that its severity rose from ${heard} to ${alert.severity}`;
  decide(desk, { alert: alert.id, step: 'kept', text: `${because}: ${news}` });
  const routing = desk.route(subjectOfAlert(alert));
  follow(desk, episode, routing, true);
  episode.alert = withoutAck(alert);
  const suppressed = takeSuppressed(desk, episode);
  const reason = isFirst ? 'first' : 'repeated';
  notify(desk, episode, routing, { reason, ...suppressed, carried: {} }, false);
  keepEpisode(desk, episode);
}

/** What was muted since it was last told, which now is told; counts as told from here. */
function takeSuppressed(desk: Desk, episode: Episode): Pick<Notification, 'suppressed'> {
  const { alert, mutedSince } = episode;
  episode.mutedSince = undefined;
  episode.heard = alert.severity;
  episode.alert = { ...alert, mutedSinceTold: 0, toldAt: desk.now };
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  return mutedSince === undefined ? {} : { suppressed: { count: alert.mutedSinceTold, since: mutedSince } };
}

function tellAgain(desk: Desk, episode: Episode, effect: RaiseEffect, subject: Subject, rose: boolean): void {
  const { alert, heard = alert.severity } = episode;
  const { mutedSinceTold: count, toldAt } = alert;
  episode.alert = withoutAck(raiseAgain(alert, effect, desk.now, count));
  const suppressed = takeSuppressed(desk, episode);
  const why = rose
    ? `its severity rose from ${heard} to ${episode.alert.severity}`
    : `raised again, ${formatSince(alert.toldAt ?? alert.firstAt, desk.now)} after it was last told`;
  decide(desk, { alert: alert.id, step: 'kept', text: `${why}; ${count} raises were muted since then` });
  const reason = toldAt === undefined ? 'first' : 'repeated';
  const routing = desk.route(subject);
  follow(desk, episode, routing, rose || toldAt === undefined);
  notify(desk, episode, routing, { reason, ...suppressed, carried: { [alert.rule]: 1 } }, false);
  keepEpisode(desk, episode);
}

/** Plans what happens if nobody acknowledges; `afresh`: not only when it is repeated. */
function follow(desk: Desk, episode: Episode, routing: Routing, afresh: boolean): void {
  if (isFollowed(routing)) episode.patience = desk.rules.giveUpAfter;
  const followUps = afresh ? planFollowUps(desk, routing) : putOffRepeats(desk, episode, routing);
  if (followUps.length > 0) episode.followUps = followUps;
}

function muteAgain(
  desk: Desk,
  episode: Episode,
  effect: RaiseEffect,
  subject: Subject,
  muting: Muting,
): void {
  const { alert } = episode;
  episode.alert = raiseAgain(alert, effect, desk.now, alert.mutedSinceTold + 1);
  episode.mutedSince ??= desk.now;
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  mute(desk, episode, desk.route(subject), muting);
  keepEpisode(desk, episode);
}

/** Counts a raise that nobody is told of. */
function mute(desk: Desk, { alert }: Episode, { receivers }: Routing, muting: Muting): void {
  countMuted(desk, muting);
  for (const { name } of receivers) desk.counters.muted(alert.rule, name, muting.reason);
  // A flood of one alert is not a flood of decisions.
  if (isMilestone(alert.mutedSinceTold)) {
    const text = `${whyMuted(muting)}: ${alert.mutedSinceTold} muted so far`;
    decide(desk, { alert: alert.id, step: 'muted', text });
  }
}

function raisedBy({ alert }: Episode): string {
  const { rule, key, severity, last } = alert;
  const keyed = key.length === 0 ? '' : ` for ${key.join(', ')}`;
  const window = last.window === undefined ? '' : `, ${last.count} within ${formatDuration(last.window)}`;
  return `rule ${rule} raised it${keyed}, ${severity}${window}`;
}

const formatSince = (from: Instant, to: Instant): string =>
  formatDuration((to - from) as Parameters<typeof formatDuration>[0]);
