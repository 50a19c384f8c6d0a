import { createByAge, type ByAge } from '../kit/age.ts';
import { createAgenda, type Agenda } from '../kit/heap.ts';
import type { Decision } from '../model/alert.ts';
import { earliest, instant, type Instant } from '../model/time.ts';
import type { AlertingOutput, AlertingRules, QuietHours, Receiver } from './contract.ts';
import { inVainSince } from './block.ts';
import { createCounters, type Counters } from './counters.ts';
import { endsBySilence, episodeOf, episodeRow, isNews, resolveAlert, type Episode } from './episode.ts';
import { blockOf, createAllowance, createLane, laneDue, type Allowance, type Lane } from './lane.ts';
import type { Breach } from './check-sums.ts';
import type { DigestState } from './digest.ts';
import type { KnownExpiry } from './expiry.ts';
import type { Flap } from './flap.ts';
import type { Group } from './group.ts';
import type { QuietSpell } from './hold.ts';
import { noteInhibitor } from './inhibit.ts';
import type { OwnWords } from './own-alert.ts';
import type { Storm } from './storm.ts';
import { createOpenAlerts, type OpenAlerts } from './open-alerts.ts';
import { createRouter, type Routing } from './route.ts';
import type { Subject } from './subject.ts';
import { noticeDue, noticeOf, noticeRow, type Notice } from './notice.ts';
import type { Silence } from './silence.ts';
import { asJson, createShelf, fromJson, type Shelf } from './shelf.ts';

/** Something with a time of its own. */
export type Waker =
  | { readonly type: 'episode'; readonly order: number; readonly episode: Episode }
  | { readonly type: 'notice'; readonly order: number; readonly notice: Notice }
  | { readonly type: 'lane'; readonly order: number; readonly lane: Lane }
  | { readonly type: 'silence'; readonly order: number; readonly silence: Silence }
  | { readonly type: 'group'; readonly order: number; readonly group: Group }
  | { readonly type: 'storm'; readonly order: number; readonly storm: Storm }
  | { readonly type: 'flap'; readonly order: number; readonly flap: Flap }
  | { readonly type: 'digest'; readonly order: number; readonly receiver: Receiver };

/** What few there are of; episodes, notices and lanes, of which a flood makes many, have their wakers themselves. */
type Waking = Silence | Group | Storm | Flap | Receiver;

/** All that alerting remembers, and where its steps say what they decided. */
export interface Desk {
  readonly rules: AlertingRules;
  /** Who hears of something by these rules. */
  readonly route: (subject: Subject) => Routing;
  now: Instant;
  /** How many alerts and notifications there ever were. */
  made: number;
  readonly episodes: Shelf<Episode>;
  readonly open: OpenAlerts;
  readonly openByAge: ByAge<Episode>;
  /** Open alerts of which nobody heard, or not how bad they are, because raises were muted. */
  readonly untold: Set<Episode>;
  readonly notices: Shelf<Notice>;
  /** What waits for others to go out with it, by what they have in common. */
  readonly gatherings: Map<string, Notice>;
  readonly groups: Shelf<Group>;
  readonly silences: Shelf<Silence>;
  readonly storms: Shelf<Storm>;
  readonly flaps: Shelf<Flap>;
  readonly flapsByAge: ByAge<Flap>;
  /** Open alerts that may inhibit others, by what those must have in common with them; and the reverse. */
  readonly inhibitors: Map<string, Set<Episode>>;
  readonly inhibits: Map<Episode, readonly string[]>;
  /** What ends soon of what channels need, and was told. */
  readonly expiries: Shelf<KnownExpiry>;
  /** Sums that do not hold. */
  readonly breaches: Shelf<Breach>;
  /** When all that waits was last counted anew. */
  recountedAt: Instant;
  /** Why alerts that nobody heard of may be told at the end of this step. */
  toReveal: string | undefined;
  /** What is to be said about alerting itself at the end of this step. */
  readonly toSay: OwnWords[];
  /** What receivers get of a day, begun when the first input came. */
  readonly digests: Shelf<DigestState>;
  /** Whether there was an input since these rules hold. */
  isBegun: boolean;
  readonly hasQuietHours: boolean;
  readonly quietSpells: Map<QuietHours, QuietSpell>;
  readonly lanes: Map<string, Lane>;
  /** What is spent, by budget key. */
  readonly allowances: Map<string, Allowance>;
  /** Channels on which something may be released at the end of this step. */
  readonly stirred: Set<Lane>;
  readonly counters: Counters;
  readonly agenda: Agenda<Waker>;
  readonly wakers: WeakMap<Waking, Waker>;
  outputs: AlertingOutput[];
  /** The clock and `made` as they were last written. */
  writtenNow: Instant;
  writtenMade: number;
}

export function createDesk(rules: AlertingRules): Desk {
  const open = createOpenAlerts();
  const flaps = createShelf<Flap>('flap', { write: (flap) => asJson({ ...flap }), read: copied });
  const desk: Desk = {
    rules,
    route: createRouter(rules),
    now: instant(0),
    made: 0,
    episodes: createShelf<Episode>('alert', {
      write: (episode) => asJson(episodeRow(episode)),
      read: (value) => episodeOf(fromJson(value)),
    }),
    open,
    openByAge: createByAge(
      ({ alert }) => alert.status === 'open',
      () => open.size,
    ),
    untold: new Set(),
    notices: createShelf<Notice>('notification', {
      write: (notice) => asJson(noticeRow(notice)),
      read: (value) => noticeOf(fromJson(value)),
    }),
    gatherings: new Map(),
    groups: createShelf<Group>('group', { write: (group) => asJson({ ...group }), read: copied }),
    silences: createShelf<Silence>('silence', { write: (silence) => asJson({ ...silence }), read: copied }),
    storms: createShelf<Storm>('storm', {
      write: (storm) => asJson({ ...storm, recent: [...storm.recent], kinds: { ...storm.kinds } }),
      read(value) {
        const storm = fromJson<Storm>(value);
        return { ...storm, recent: [...storm.recent], kinds: { ...storm.kinds } };
      },
    }),
    flaps,
    flapsByAge: createByAge(
      (flap) => flaps.get(flap.name) === flap,
      () => flaps.size,
    ),
    inhibitors: new Map(),
    inhibits: new Map(),
    expiries: createShelf<KnownExpiry>('expiry', { write: (expiry) => asJson({ ...expiry }), read: copied }),
    breaches: createShelf<Breach>('breach', { write: (breach) => asJson({ ...breach }), read: copied }),
    recountedAt: instant(0),
    toReveal: undefined,
    toSay: [],
    digests: createShelf<DigestState>('digest', { write: (state) => asJson({ ...state }), read: copied }),
    isBegun: false,
    hasQuietHours: rules.receivers.some(({ quietHours }) => quietHours !== undefined),
    quietSpells: new Map(),
    lanes: new Map(),
    allowances: new Map(),
    stirred: new Set(),
    counters: createCounters(),
    agenda: createAgenda<Waker>(),
    wakers: new WeakMap(),
    outputs: [],
    writtenNow: instant(0),
    writtenMade: 0,
  };
  for (const { name } of rules.channels) laneOf(desk, name);
  return desk;
}

/** The items change in place, the rows must not. */
const copied = <T extends object>(value: Parameters<typeof fromJson>[0]): T => ({ ...fromJson<T>(value) });

/** The channel of a name, also of one that the configuration does not know (any more). */
export function laneOf(desk: Desk, name: string): Lane {
  const known = desk.lanes.get(name);
  if (known !== undefined) return known;
  const rules = desk.rules.channels.find((channel) => channel.name === name);
  const nobody = { name, concurrency: 1, budgets: [], resolved: false };
  const allowance = allowanceOf(desk, rules?.budgetKey ?? name);
  const lane = createLane(rules ?? nobody, allowance, desk.lanes.size - 1_000_000, rules !== undefined);
  desk.lanes.set(name, lane);
  return lane;
}

/** What is spent under a budget key, also under one that no channel has (any more). */
export function allowanceOf(desk: Desk, key: string): Allowance {
  const known = desk.allowances.get(key);
  if (known !== undefined) return known;
  const allowance = createAllowance(key);
  desk.allowances.set(key, allowance);
  return allowance;
}

export const receiverOf = (desk: Desk, name: string): Receiver | undefined =>
  desk.rules.receivers.find((receiver) => receiver.name === name);

/** The channel that a notification would pass to; chains may have changed since it was made. */
export function nextChannel(desk: Desk, { notification }: Notice): string | undefined {
  const { reason, receiver, channel, hop } = notification;
  const channels = receiverOf(desk, receiver)?.channels;
  if (channels === undefined || reason === 'resolved') return undefined;
  if (channels[hop] === channel) return channels[hop + 1];
  const place = channels.indexOf(channel);
  return place < 0 ? undefined : channels[place + 1];
}

export function decide(desk: Desk, decision: Omit<Decision, 'at'>): void {
  const { alert, notification, step, text } = decision;
  const at = desk.now;
  desk.outputs.push({
    type: 'decision',
    decision:
      notification === undefined ? { at, alert, step, text } : { at, alert, notification, step, text },
  });
}

/** Keeps an episode as it is now, or forgets it when nothing can come of it any more. */
export function keepEpisode(desk: Desk, episode: Episode): void {
  if (episode.alone && episode.unsettled === 0 && episode.alert.status === 'open') {
    episode.alert = resolveAlert(episode.alert, desk.now);
    desk.outputs.push({ type: 'alert', alert: episode.alert });
  }
  const { id, status } = episode.alert;
  if (status === 'open' && !episode.alone) openEpisode(desk, episode);
  else desk.open.delete(episode);
  if (isNews(episode)) desk.untold.add(episode);
  else if (desk.untold.size > 0) desk.untold.delete(episode);
  noteInhibitor(desk, episode);
  if (status === 'open' || episode.unsettled > 0) desk.episodes.put(id, episode);
  else desk.episodes.remove(id);
  scheduleEpisode(desk, episode);
}

/** Makes an episode the open one of its rule and key; call in the order of age. */
export function openEpisode(desk: Desk, episode: Episode): void {
  if (desk.open.has(episode)) return;
  desk.open.add(episode);
  desk.openByAge.add(episode);
}

export function scheduleEpisode(desk: Desk, episode: Episode): void {
  const { alert, followUps, order } = episode;
  let due = endsBySilence(episode);
  if (followUps !== undefined && alert.status === 'open') {
    for (const { at } of followUps) due = earliest(at, due);
  }
  if (due !== undefined) episode.waker ??= { type: 'episode', order, episode };
  if (episode.waker !== undefined) desk.agenda.set(episode.waker, due);
}

/** Sets the timer of a notification by its state and its channel's. */
export function scheduleNotice(desk: Desk, notice: Notice): void {
  const { receiver, channel } = notice.notification;
  const block = blockOf(laneOf(desk, channel));
  const due = noticeDue(notice, desk.now, {
    blockedSince: block && inVainSince(block),
    nextAfter: nextChannel(desk, notice) === undefined ? undefined : receiverOf(desk, receiver)?.nextAfter,
    giveUpAfter: desk.rules.giveUpAfter,
  });
  if (due !== undefined) notice.waker ??= { type: 'notice', order: notice.order, notice };
  if (notice.waker !== undefined) desk.agenda.set(notice.waker, due);
}

export function scheduleLane(desk: Desk, lane: Lane): void {
  const due = laneDue(lane, desk.now);
  if (due !== undefined) lane.waker ??= { type: 'lane', order: lane.order, lane };
  if (lane.waker !== undefined) desk.agenda.set(lane.waker, due);
}
