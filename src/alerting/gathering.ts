import { isMilestone } from '../kit/milestone.ts';
import type { Notification, Summary, SummaryCause } from '../model/alert.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import type { Carried } from './counters.ts';
import { scheduleNotice, type Desk } from './desk.ts';
import { worstOf, type Episode } from './episode.ts';
import type { Notice } from './notice.ts';
import { altered } from './notification.ts';
import { change, conclude, countUnsettled, enqueue, tell, type Draft } from './outbox.ts';
import { addTally, commonest, count, emptyTally, keyText, type Tally } from './tally.ts';

/** What makes a notification wait for others that shall go out with it. */
export interface Gathering {
  /** What is known by this name goes out together. */
  readonly name: string;
  readonly cause: SummaryCause;
  /** Of the quiet hours, or of what the group has in common. */
  readonly title?: string;
  until: Instant;
  /** Of a group: the least time until its next message. */
  readonly every?: Millis;
  /** That it ends as one message of many, even if it gathers one only. */
  readonly isSummary: boolean;
}

/** Most alerts that a notification of several lists; the number of all is kept. */
export const MOST_LISTED = 50;
const MOST_KINDS = 10;
const MOST_KEYS_SHOWN = 5;

/** What one more telling adds. */
export interface Telling extends Pick<Notification, 'reason'> {
  readonly suppressed?: Notification['suppressed'] | undefined;
  readonly carried: Carried;
}

/** Adds one telling of an alert to what waits under the gathering's name, or begins it. */
export function gather(
  desk: Desk,
  gathering: Gathering,
  episode: Episode,
  telling: Telling,
  place: Pick<Notification, 'receiver' | 'channel' | 'hop'>,
): void {
  const { alert } = episode;
  const raises = sumOf(telling.carried);
  desk.counters.held(telling.carried, place.receiver);
  const open = desk.gatherings.get(gathering.name);
  if (open === undefined) {
    const tally = emptyTally(desk.now);
    count(tally, keyText(alert), raises, desk.now, desk.now);
    const { carried, reason, suppressed } = telling;
    const { receiver, channel, hop } = place;
    const { id, severity } = alert;
    const draft: Draft = { alerts: [id], severity, receiver, channel, hop, reason, suppressed };
    const why = `${describe(gathering)}: waits for others until ${new Date(gathering.until).toISOString()}`;
    const notice = enqueue(desk, draft, carried, why, { gathering, tally });
    tell(desk, notice, 'held', why);
    return;
  }
  count((open.tally ??= emptyTally(desk.now)), keyText(alert), raises, desk.now, desk.now);
  addTo(desk, open, { ...telling, alerts: [alert.id], total: 1, severity: alert.severity });
  const text = `joins others that wait for ${place.receiver} (${describe(gathering)})`;
  desk.outputs.push({
    type: 'decision',
    decision: { at: desk.now, alert: alert.id, notification: open.notification.id, step: 'held', text },
  });
}

/** Makes a waiting notification wait for others, or part of what waits under the gathering's name. */
export function holdNotice(desk: Desk, notice: Notice, gathering: Gathering): void {
  const { receiver, alerts, total, severity, suppressed } = notice.notification;
  desk.counters.held(notice.carried, receiver);
  const why = `${describe(gathering)}: held until ${new Date(gathering.until).toISOString()}`;
  const open = desk.gatherings.get(gathering.name);
  if (open === undefined) {
    notice.tally ??= tallyOfNotice(desk, notice);
    notice.gathering = gathering;
    notice.carried = { ...notice.carried };
    desk.gatherings.set(gathering.name, notice);
    tell(desk, notice, 'held', why);
    change(desk, notice, { state: 'held', dueAt: gathering.until, why });
    return;
  }
  addTally((open.tally ??= tallyOfNotice(desk, open)), notice.tally ?? tallyOfNotice(desk, notice));
  addTo(desk, open, {
    alerts,
    total: total ?? alerts.length,
    severity,
    carried: notice.carried,
    ...(suppressed === undefined ? {} : { suppressed }),
  });
  tell(desk, notice, 'held', why);
  conclude(desk, notice, { state: 'joined', why, by: open.notification.id }, 'goesOn');
}

/** Lets go what was gathered: from here it waits for its channel like every other. */
export function letGo(desk: Desk, notice: Notice, more?: Pick<Summary, 'cause' | 'storm'>): void {
  const { gathering, tally } = notice;
  if (gathering === undefined) return;
  const { receiver, alerts, total } = notice.notification;
  notice.gathering = undefined;
  if (gathering.cause === 'quiet-hours') notice.wasHeld = true;
  desk.gatherings.delete(gathering.name);
  desk.counters.unheld(notice.carried, receiver);
  const isOne = (total ?? alerts.length) === 1 && !gathering.isSummary;
  const { reason } = notice.notification;
  const summary =
    isOne || tally === undefined || reason === 'resolved'
      ? {}
      : { summary: { ...summaryOf(notice.carried, tally, gathering), ...more } };
  change(desk, notice, {
    state: 'pending',
    dueAt: desk.now,
    ...(isOne || reason === 'resolved' ? {} : { reason: 'joined' as const }),
    why: `${describe(gathering)}: goes out now`,
    ...summary,
  });
}

/** What a message of many raises says of them all. */
export function summaryOf(
  carried: { readonly [rule: string]: number },
  tally: Tally,
  { cause, title }: Pick<Gathering, 'cause' | 'title'>,
): Summary {
  const kinds = Object.entries(carried).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const { keys, isExact } = commonest(tally, MOST_KEYS_SHOWN);
  return {
    cause,
    ...(title === undefined ? {} : { title }),
    raises: sumOf(carried),
    kinds: kinds.slice(0, MOST_KINDS),
    kindCount: kinds.length,
    first: tally.first,
    last: tally.last,
    keys,
    keysAreExact: isExact,
  };
}

/** The tally of a notification that did not count so far. */
export function tallyOfNotice(desk: Desk, { notification, carried }: Notice): Tally {
  const tally = emptyTally(notification.createdAt);
  countNotice(desk, tally, { notification, carried });
  return tally;
}

/** Counts in a tally what a notification carries that did not count so far. */
export function countNotice(
  desk: Desk,
  tally: Tally,
  { notification, carried }: Pick<Notice, 'notification' | 'carried'>,
): void {
  const { alerts, createdAt } = notification;
  const [only, second] = alerts.map((id) => desk.episodes.get(id)?.alert);
  const raises = sumOf(carried);
  const isKnown = only !== undefined && second === undefined;
  count(tally, isKnown ? keyText(only) : '', isKnown ? raises : 0, createdAt, createdAt);
  // Of several alerts nobody knows which was raised how often.
  if (!isKnown) tally.missing += raises;
}

interface Addition extends Pick<Notification, 'alerts' | 'severity'> {
  readonly suppressed?: Notification['suppressed'] | undefined;
  readonly total: number;
  readonly carried: { readonly [rule: string]: number };
}

function addTo(desk: Desk, into: Notice, addition: Addition): void {
  const { alerts, total = alerts.length, severity, suppressed } = into.notification;
  for (const rule in addition.carried) {
    into.carried[rule] = (into.carried[rule] ?? 0) + (addition.carried[rule] ?? 0);
  }
  const fresh = addition.alerts.filter((id) => !alerts.includes(id));
  const listed = fresh.slice(0, Math.max(0, MOST_LISTED - alerts.length));
  const all = total + fresh.length + Math.max(0, addition.total - addition.alerts.length);
  const worst = worstOf(severity, addition.severity);
  for (const id of listed) countUnsettled(desk, id, 1);
  const together = addSuppressed(suppressed, addition.suppressed);
  into.notification = altered(into.notification, {
    ...(listed.length === 0 ? {} : { alerts: [...alerts, ...listed] }),
    ...(all > alerts.length + listed.length ? { total: all } : {}),
    severity: worst,
    ...(together === undefined ? {} : { suppressed: together }),
  });
  desk.notices.put(into.notification.id, into);
  // A flood of one gathering is not a flood of notifications.
  if (listed.length > 0 || worst !== severity || isMilestone(all)) {
    desk.outputs.push({ type: 'notification', notification: into.notification });
  }
  scheduleNotice(desk, into);
}

/** What was muted before either of two messages that become one. */
export function addSuppressed(
  a: Notification['suppressed'],
  b: Notification['suppressed'],
): Notification['suppressed'] {
  if (a === undefined || b === undefined) return a ?? b;
  return { count: a.count + b.count, since: instant(Math.min(a.since, b.since)) };
}

function sumOf(carried: Carried): number {
  let sum = 0;
  for (const rule in carried) sum += carried[rule] ?? 0;
  return sum;
}

const describe = ({ cause, title }: Gathering): string => (title === undefined ? cause : `${cause} ${title}`);
