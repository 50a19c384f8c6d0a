import type { Notification } from '../model/alert.ts';
import { earliest, instant, type Instant, type Millis } from '../model/time.ts';
import { severityRank } from './episode.ts';
import type { Waker } from './desk.ts';
import type { Gathering } from './gathering.ts';
import { altered } from './notification.ts';
import { tallyOf, tallyRow, type Tally } from './tally.ts';

/** A notification that is not settled, with what only alerting needs to know of it. */
export interface Notice {
  /** Unique; equal timers fire in this order. */
  readonly order: number;
  /** Its place in the queue among equals: of a joined one, that of its oldest member. */
  readonly rank: number;
  /** Several may share it; one that gathers others has its own, which grows. */
  carried: { [rule: string]: number };
  notification: Notification;
  /** When the part now due was first tried, and when its newest attempt was released. */
  firstAttemptAt: Instant | undefined;
  releasedAt: Instant | undefined;
  /** Attempts of this part whose outcome is unknown. */
  unknowns: number;
  /** After an unknown outcome the channel was asked again, and did not take it. */
  isRefused: boolean | undefined;
  /** What its channel said is done of the part now due. */
  progress: string | undefined;
  /** Its newest attempt was not made, and is not before the next start. */
  isUntried: boolean | undefined;
  /** Its last attempt failed because of its channel as a whole. */
  waitsForChannel: boolean | undefined;
  /** How often it was the first to fail on a channel that had worked. */
  spoiled: number | undefined;
  /** While it waits for others to go out with it. */
  gathering: Gathering | undefined;
  /** Quiet hours held it already: they do not again. */
  wasHeld: boolean | undefined;
  /** Of what gathered others. */
  tally: Tally | undefined;
  /** Its timer, made when it is first set; no part of its row. */
  waker: Waker | undefined;
}

/** After this many unknown outcomes an alert that comes twice is better than one that never comes. */
const PATIENCE_WITH_UNKNOWN = 3;

/** Whether it tells that something is over. */
export const tellsEnd = ({ notification }: Notice): boolean => notification.reason === 'resolved';

/**
 * Parts of one message stay together; then the worst first, then ends, and last what is only told again,
 * which may come as often as there is room; then the oldest. Negative: `a` goes first.
 */
export function compareTurns(a: Notice, b: Notice): number {
  const started = Number(b.notification.part > 0) - Number(a.notification.part > 0);
  if (started !== 0) return started;
  const reminds = Number(onlyReminds(a)) - Number(onlyReminds(b));
  if (reminds !== 0) return reminds;
  const ends = Number(tellsEnd(a)) - Number(tellsEnd(b));
  if (ends !== 0) return ends;
  const worse = severityRank[b.notification.severity] - severityRank[a.notification.severity];
  return worse !== 0 ? worse : a.rank - b.rank || a.order - b.order;
}

/** What may use what is reserved for critical alerts; their ends may not. */
export const isCritical = (notice: Notice): boolean =>
  notice.notification.severity === 'critical' && !tellsEnd(notice);

/**
 * Whether it tells nothing new, alone or joined of such: it must not keep what is new from its turn for ever.
 */
const onlyReminds = ({ notification: { reason }, carried }: Notice): boolean =>
  (reason === 'repeated' || reason === 'joined') && Object.keys(carried).length === 0;

export const isWaiting = ({ notification: { state } }: Notice): boolean =>
  state === 'pending' || state === 'unknown';

export const mayHaveArrived = ({ unknowns }: Notice): boolean => unknowns > 0;

/** Nothing of it was sent or may have been: it can still go out inside another one. */
export const isJoinable = (notice: Notice): boolean =>
  isWaiting(notice) &&
  notice.notification.part === 0 &&
  notice.notification.digest === undefined &&
  notice.progress === undefined &&
  !mayHaveArrived(notice);

/**
 * Whether it may go on to the next channel: not while an attempt may have been heard, unless asking again did
 * not help. A channel that refuses for an hour must not keep what may have arrived there to itself.
 */
export const mayPass = (notice: Notice, next: string | undefined): boolean =>
  next !== undefined &&
  isWaiting(notice) &&
  !tellsEnd(notice) &&
  (!mayHaveArrived(notice) || notice.isRefused === true || notice.unknowns >= PATIENCE_WITH_UNKNOWN);

/** Since when it has been without success: its first attempt, or the time its channel fell silent. */
export function waitingSince(
  { firstAttemptAt, notification }: Notice,
  blockedSince: Instant | undefined,
): Instant | undefined {
  if (firstAttemptAt !== undefined || blockedSince === undefined) return firstAttemptAt;
  return instant(Math.max(blockedSince, notification.createdAt));
}

/** When it next wants to be looked at, if that is after `now`. */
export function noticeDue(
  notice: Notice,
  now: Instant,
  limits: {
    readonly blockedSince: Instant | undefined;
    readonly nextAfter: Millis | undefined;
    readonly giveUpAfter: Millis;
  },
): Instant | undefined {
  if (notice.gathering !== undefined) return notice.gathering.until;
  if (!isWaiting(notice)) return undefined;
  const { dueAt } = notice.notification;
  const due = dueAt > now ? dueAt : undefined;
  const since = waitingSince(notice, limits.blockedSince);
  if (since === undefined) return due;
  const ends = [instant(since + limits.giveUpAfter)];
  if (limits.nextAfter !== undefined) ends.push(instant(since + limits.nextAfter));
  return ends.filter((time) => time > now).reduce(earliest, due);
}

/** A notice as JSON; it goes on changing, the row does not. What is undefined is left out there. */
export const noticeRow = (notice: Notice): object => ({
  order: notice.order,
  rank: notice.rank,
  notification: notice.notification,
  firstAttemptAt: notice.firstAttemptAt,
  releasedAt: notice.releasedAt,
  unknowns: notice.unknowns,
  isRefused: notice.isRefused,
  progress: notice.progress,
  isUntried: notice.isUntried,
  waitsForChannel: notice.waitsForChannel,
  spoiled: notice.spoiled,
  wasHeld: notice.wasHeld,
  carried: { ...notice.carried },
  gathering: notice.gathering && { ...notice.gathering },
  tally: notice.tally && tallyRow(notice.tally),
});

/** The inverse of `noticeRow`: of one shape whatever the row leaves out. */
export function noticeOf(row: object): Notice {
  const { tally, ...rest } = row as Omit<Notice, 'tally'> & { readonly tally?: object };
  const copy = noticeRow({ ...rest, tally: undefined }) as Notice;
  const notification = altered(copy.notification, {});
  return { ...copy, notification, tally: tally && tallyOf(tally), waker: undefined };
}
