import { formatDuration } from '../kit/duration.ts';
import { isMilestone } from '../kit/milestone.ts';
import type { Notification } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Instant } from '../model/time.ts';
import type { Receiver } from './contract.ts';
import type { Carried } from './counters.ts';
import { decide, keepEpisode, laneOf, receiverOf, type Desk } from './desk.ts';
import {
  alertId,
  alertKey,
  beginAlert,
  holdsPlace,
  isWorse,
  raiseAgain,
  withoutAck,
  type Beginning,
  type Episode,
} from './episode.ts';
import { countMuted, mutingOf, mutingOfRaise, type Muting } from './mute.ts';
import { enqueue, tell } from './outbox.ts';
import { routeOf, type Routing } from './route.ts';
import { subjectOf, subjectOfAlert } from './subject.ts';

type RaiseEffect = Extract<Effect, { type: 'raise' }>;

/** Most open alerts in memory where the configuration does not say. */
const MOST_OPEN = 20_000;

/** Takes a raise into its alert and tells or mutes it. */
export function raise(desk: Desk, effect: RaiseEffect): void {
  const episode = desk.open.get(alertKey(effect.rule, effect.key));
  if (episode === undefined) return begin(desk, effect);
  const rose = isWorse(effect.severity, episode.alert.severity);
  const muting = mutingOfRaise(desk, episode, subjectOf(effect), rose);
  if (muting === undefined) tellAgain(desk, episode, effect, rose);
  else muteAgain(desk, episode, effect, muting);
}

/** Begins an alert that is over as soon as everyone was told. */
export function beginAlone(desk: Desk, beginning: Beginning, routing: Routing): void {
  announce(desk, open(desk, beginning, { alone: true, clears: false }), routing);
}

/** Tells what is open and of which nobody heard, as far as nothing mutes it any more. */
export function revealUntold(desk: Desk, because: string): void {
  const byAge = [...desk.untold].toSorted((a, b) => a.order - b.order);
  for (const episode of byAge) {
    const { alert } = episode;
    if (alert.ack === undefined && mutingOf(desk, subjectOfAlert(alert)) === undefined)
      reveal(desk, episode, because);
  }
}

/** Ends an alert; where its end can be told and its beginning was, it is. */
export function close(desk: Desk, episode: Episode, at: Instant, why: string, isTold = true): void {
  episode.alert = { ...episode.alert, status: 'resolved', resolvedAt: at };
  episode.endIsTold = isTold;
  const { alert, told } = episode;
  desk.outputs.push({ type: 'alert', alert });
  decide(desk, { alert: alert.id, step: 'resolved', text: why });
  if (isTold) for (const [receiver, channel] of told) tellResolved(desk, episode, receiver, channel);
  keepEpisode(desk, episode);
}

/** Tells the end of an alert at one place where the alert was told. */
export function tellResolved(desk: Desk, episode: Episode, receiver: string, channel: string): void {
  if (!laneOf(desk, channel).rules.resolved || holdsPlace(episode.endToldTo, receiver, channel)) return;
  episode.endToldTo = [...episode.endToldTo, [receiver, channel]];
  const { id, severity } = episode.alert;
  const hop = Math.max(0, receiverOf(desk, receiver)?.channels.indexOf(channel) ?? 0);
  const draft = { alerts: [id], severity, receiver, channel, hop, reason: 'resolved' } as const;
  const notice = enqueue(desk, draft, {}, 'the alert is over');
  tell(desk, notice, 'queued', `its end, for ${receiver} by ${channel}`);
}

function begin(desk: Desk, effect: RaiseEffect): void {
  const { rule, key, severity, occurrence, seq, ordinal, quiet, clears = false } = effect;
  const id = alertId(rule, key, seq, ordinal);
  const beginning = { id, rule, key, severity, occurrence, now: desk.now };
  const subject = subjectOf(effect);
  const routing = routeOf(desk.rules, subject);
  const muting = mutingOf(desk, subject);
  // Nothing would ever say that it is over.
  const alone = quiet === undefined && !clears;
  if (!alone) closeOldest(desk);
  const ends = { alone, clears, ...(quiet === undefined ? {} : { quiet }) };
  const episode = open(desk, beginning, ends, muting === undefined);
  announce(desk, episode, routing, muting);
}

function open(
  desk: Desk,
  beginning: Beginning,
  ends: {
    readonly alone: boolean;
    readonly quiet?: NonNullable<RaiseEffect['quiet']>;
    readonly clears: boolean;
  },
  told = true,
): Episode {
  const order = (desk.made += 1);
  return {
    order,
    alert: beginAlert(beginning, told),
    ...ends,
    ...(told ? {} : { mutedSince: desk.now }),
    told: [],
    unsettled: 0,
    endIsTold: false,
    endToldTo: [],
  };
}

function announce(desk: Desk, episode: Episode, routing: Routing, muting?: Muting): void {
  const { alert } = episode;
  desk.outputs.push({ type: 'alert', alert });
  desk.episodes.put(alert.id, episode);
  decide(desk, { alert: alert.id, step: 'raised', text: raisedBy(episode) });
  if (muting === undefined) notify(desk, episode, routing, { reason: 'first' });
  else mute(desk, episode, routing, muting);
  keepEpisode(desk, episode);
}

/** Tells an alert whose raises so far are all counted as muted. */
function reveal(desk: Desk, episode: Episode, because: string): void {
  const { alert } = episode;
  decide(desk, { alert: alert.id, step: 'kept', text: `${because}: it is open and nobody heard of it` });
  const routing = routeOf(desk.rules, subjectOfAlert(alert));
  notify(desk, episode, routing, { reason: 'first', ...takeSuppressed(desk, episode) }, {});
  keepEpisode(desk, episode);
}

/** What was muted since it was last told, which now is told; counts as told from here. */
function takeSuppressed(desk: Desk, episode: Episode): Pick<Notification, 'suppressed'> {
  const { alert, mutedSince } = episode;
  delete episode.mutedSince;
  episode.alert = { ...alert, mutedSinceTold: 0, toldAt: desk.now };
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  return mutedSince === undefined ? {} : { suppressed: { count: alert.mutedSinceTold, since: mutedSince } };
}

function tellAgain(desk: Desk, episode: Episode, effect: RaiseEffect, rose: boolean): void {
  const { alert } = episode;
  const { mutedSinceTold: count, toldAt } = alert;
  episode.alert = withoutAck(raiseAgain(alert, { ...effect, now: desk.now }, count));
  const suppressed = takeSuppressed(desk, episode);
  const why = rose
    ? `its severity rose from ${alert.severity} to ${effect.severity}`
    : `raised again, ${formatSince(alert.toldAt ?? alert.firstAt, desk.now)} after it was last told`;
  decide(desk, { alert: alert.id, step: 'kept', text: `${why}; ${count} raises were muted since then` });
  const reason = toldAt === undefined ? 'first' : 'repeated';
  notify(desk, episode, routeOf(desk.rules, subjectOf(effect)), { reason, ...suppressed });
  keepEpisode(desk, episode);
}

function muteAgain(desk: Desk, episode: Episode, effect: RaiseEffect, muting: Muting): void {
  const { alert } = episode;
  episode.alert = raiseAgain(alert, { ...effect, now: desk.now }, alert.mutedSinceTold + 1);
  episode.mutedSince ??= desk.now;
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  mute(desk, episode, routeOf(desk.rules, subjectOf(effect)), muting);
  keepEpisode(desk, episode);
}

/** Counts a raise that nobody is told of. */
function mute(desk: Desk, { alert }: Episode, { receivers }: Routing, muting: Muting): void {
  countMuted(desk, muting);
  for (const { name } of receivers) desk.counters.muted(alert.rule, name, muting.reason);
  // A flood of one alert is not a flood of decisions.
  if (isMilestone(alert.mutedSinceTold)) {
    const text = `${muting.why}: ${alert.mutedSinceTold} muted so far`;
    decide(desk, { alert: alert.id, step: 'muted', text });
  }
}

/** One notification for each receiver; none waits for another. */
function notify(
  desk: Desk,
  { alert }: Episode,
  { receivers, why }: Routing,
  more: Pick<Notification, 'reason' | 'suppressed'>,
  carried: Carried = { [alert.rule]: 1 },
): void {
  decide(desk, { alert: alert.id, step: 'routed', text: routedTo(receivers, why) });
  for (const receiver of receivers) {
    const [channel] = receiver.channels;
    if (channel === undefined) continue;
    desk.counters.pending(carried, receiver.name);
    const place = { receiver: receiver.name, channel, hop: 0 };
    const draft = { alerts: [alert.id], severity: alert.severity, ...place, ...more };
    const notice = enqueue(desk, draft, carried, why);
    tell(desk, notice, 'queued', `for ${receiver.name} by ${channel}`);
  }
}

/** There is room for one more open alert afterwards. */
function closeOldest(desk: Desk): void {
  while (desk.open.size >= (desk.rules.maxOpen ?? MOST_OPEN)) {
    const oldest = desk.openByAge.oldest();
    if (oldest === undefined) return;
    close(desk, oldest, desk.now, 'closed because too many alerts are open', false);
  }
}

function raisedBy({ alert }: Episode): string {
  const { rule, key, severity, last } = alert;
  const keyed = key.length === 0 ? '' : ` for ${key.join(', ')}`;
  const window = last.window === undefined ? '' : `, ${last.count} within ${formatDuration(last.window)}`;
  return `rule ${rule} raised it${keyed}, ${severity}${window}`;
}

const routedTo = (receivers: readonly Receiver[], why: string): string =>
  receivers.length === 0
    ? `nobody hears of it (${why})`
    : `to ${receivers.map(({ name }) => name).join(', ')} (${why})`;

const formatSince = (from: Instant, to: Instant): string =>
  formatDuration((to - from) as Parameters<typeof formatDuration>[0]);
