import { formatDuration } from '../kit/duration.ts';
import { isMilestone } from '../kit/milestone.ts';
import type { Notification } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Instant } from '../model/time.ts';
import type { Receiver } from './contract.ts';
import { decide, keepEpisode, laneOf, receiverOf, type Desk } from './desk.ts';
import {
  alertId,
  alertKey,
  beginAlert,
  holdsPlace,
  isWorse,
  raiseAgain,
  type Beginning,
  type Episode,
} from './episode.ts';
import { enqueue, tell } from './outbox.ts';
import { routeOf, type Routing } from './route.ts';

type RaiseEffect = Extract<Effect, { type: 'raise' }>;

/** Most open alerts in memory where the configuration does not say. */
const MOST_OPEN = 20_000;

/** Takes a raise into its alert and tells or mutes it. */
export function raise(desk: Desk, effect: RaiseEffect): void {
  const episode = desk.open.get(alertKey(effect.rule, effect.key));
  if (episode === undefined) return begin(desk, effect);
  const { alert, quiet } = episode;
  const rose = isWorse(effect.severity, alert.severity);
  const isQuiet = quiet !== undefined && desk.now < (alert.toldAt ?? alert.firstAt) + quiet;
  if (isQuiet && !rose) mute(desk, episode, effect, quiet);
  else tellAgain(desk, episode, effect, rose);
}

/** Begins an alert that is over as soon as everyone was told. */
export function beginAlone(desk: Desk, beginning: Beginning, routing: Routing): void {
  announce(desk, open(desk, beginning, { alone: true, clears: false }), routing);
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
  const routing = routeOf(desk.rules, subjectOf(effect));
  // Nothing would ever say that it is over.
  if (quiet === undefined && !clears) return beginAlone(desk, beginning, routing);
  closeOldest(desk);
  const episode = open(desk, beginning, {
    alone: false,
    clears,
    ...(quiet === undefined ? {} : { quiet }),
  });
  announce(desk, episode, routing);
}

function open(
  desk: Desk,
  beginning: Beginning,
  ends: {
    readonly alone: boolean;
    readonly quiet?: NonNullable<RaiseEffect['quiet']>;
    readonly clears: boolean;
  },
): Episode {
  const order = (desk.made += 1);
  return {
    order,
    alert: beginAlert(beginning),
    ...ends,
    told: [],
    unsettled: 0,
    endIsTold: false,
    endToldTo: [],
  };
}

function announce(desk: Desk, episode: Episode, routing: Routing): void {
  const { alert } = episode;
  desk.outputs.push({ type: 'alert', alert });
  desk.episodes.put(alert.id, episode);
  decide(desk, { alert: alert.id, step: 'raised', text: raisedBy(episode) });
  notify(desk, episode, routing, { reason: 'first' });
  keepEpisode(desk, episode);
}

function tellAgain(desk: Desk, episode: Episode, effect: RaiseEffect, rose: boolean): void {
  const { alert, mutedSince } = episode;
  const count = alert.mutedSinceTold;
  episode.alert = raiseAgain(alert, { ...effect, now: desk.now }, true);
  delete episode.mutedSince;
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  const why = rose
    ? `its severity rose from ${alert.severity} to ${effect.severity}`
    : `raised again, ${formatSince(alert.toldAt ?? alert.firstAt, desk.now)} after it was last told`;
  decide(desk, { alert: alert.id, step: 'kept', text: `${why}; ${count} raises were muted since then` });
  const suppressed = mutedSince === undefined ? {} : { suppressed: { count, since: mutedSince } };
  notify(desk, episode, routeOf(desk.rules, subjectOf(effect)), { reason: 'repeated', ...suppressed });
  keepEpisode(desk, episode);
}

function mute(
  desk: Desk,
  episode: Episode,
  effect: RaiseEffect,
  quiet: NonNullable<RaiseEffect['quiet']>,
): void {
  episode.alert = raiseAgain(episode.alert, { ...effect, now: desk.now }, false);
  episode.mutedSince ??= desk.now;
  const { alert } = episode;
  desk.outputs.push({ type: 'alert', alert });
  for (const { name } of routeOf(desk.rules, subjectOf(effect)).receivers) {
    desk.counters.muted(effect.rule, name, 'quiet');
  }
  // A flood of one alert is not a flood of decisions.
  if (isMilestone(alert.mutedSinceTold)) {
    const text = `quiet for ${formatDuration(quiet)} after it was told: ${alert.mutedSinceTold} muted so far`;
    decide(desk, { alert: alert.id, step: 'muted', text });
  }
  keepEpisode(desk, episode);
}

/** One notification for each receiver; none waits for another. */
function notify(
  desk: Desk,
  { alert }: Episode,
  { receivers, why }: Routing,
  more: Pick<Notification, 'reason' | 'suppressed'>,
): void {
  decide(desk, { alert: alert.id, step: 'routed', text: routedTo(receivers, why) });
  for (const receiver of receivers) {
    const [channel] = receiver.channels;
    if (channel === undefined) continue;
    desk.counters.pending(alert.rule, receiver.name);
    const place = { receiver: receiver.name, channel, hop: 0 };
    const draft = { alerts: [alert.id], severity: alert.severity, ...place, ...more };
    const notice = enqueue(desk, draft, { [alert.rule]: 1 }, why);
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

const subjectOf = ({ rule, severity, occurrence }: RaiseEffect): Parameters<typeof routeOf>[1] => ({
  rule,
  severity,
  fields: occurrence.fields,
  source: occurrence.source,
  ...(occurrence.host === undefined ? {} : { host: occurrence.host }),
  ...(occurrence.program === undefined ? {} : { program: occurrence.program }),
});

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
