import { formatDuration } from '../kit/duration.ts';
import { byteLength } from '../kit/text.ts';
import type { Delivery, FailureReason, NotTried } from '../model/delivery.ts';
import { instant, millis, type Instant } from '../model/time.ts';
import { backoff } from './backoff.ts';
import {
  blockAfter,
  concernsChannel,
  endsBlock,
  inVainSince,
  LONGEST_WAIT,
  needsHuman,
  type Block,
} from './block.ts';
import type { AlertingInput } from './contract.ts';
import { DRILL_PATIENCE, sayDrillFailed } from './drill-failed.ts';
import { keepEpisode, laneOf, nextChannel, receiverOf, scheduleNotice, type Desk } from './desk.ts';
import { holdsPlace } from './episode.ts';
import { letGo } from './gathering.ts';
import { groupSent } from './group.ts';
import { tellResolved } from './close.ts';
import { allUnderWay, blockOf, giveBack, type Allowance, type Lane } from './lane.ts';
import { isWaiting, mayHaveArrived, mayPass, waitingSince, type Notice } from './notice.ts';
import { altered } from './notification.ts';
import { change, conclude, giveUp, pass, tell, tellAttempt } from './outbox.ts';
import { keepReference } from './reference.ts';

/** Characters of a service's answer that are kept. */
const LONGEST_DETAIL = 500;

/** Bytes of what a channel says is done; more is not kept. */
const LONGEST_PROGRESS = 2000;

type Settled = Extract<AlertingInput, { type: 'settled' }>;

/** What becomes of a notification after an attempt. An answer to an attempt long settled is ignored. */
export function settle(desk: Desk, { notification: id, part, parts, delivery }: Settled): void {
  const notice = desk.notices.get(id);
  if (notice === undefined || notice.notification.part !== part) return;
  if (notice.notification.state !== 'sending' && delivery.type !== 'sent') return;
  notice.notification = altered(notice.notification, { parts });
  const lane = laneOf(desk, notice.notification.channel);
  if (delivery.type === 'notTried') return putBack(desk, lane, notice, delivery);
  notice.isUntried = undefined;
  learnLimits(desk, lane, delivery);
  judgeChannel(desk, lane, notice, delivery);
  // A service may answer with a page.
  const detail = delivery.type === 'sent' ? '' : delivery.detail.slice(0, LONGEST_DETAIL);
  switch (delivery.type) {
    case 'sent':
      keepReference(desk, notice.notification, delivery.reference);
      return partSent(desk, notice, Math.max(1, parts), delivery.receipt);
    case 'retry':
      notice.isRefused = mayHaveArrived(notice);
      keepProgress(notice, delivery.progress);
      return tryAgain(desk, lane, notice, delivery.reason, detail, delivery.afterMs);
    case 'unknown':
      notice.unknowns += 1;
      notice.isRefused = false;
      return tryAgain(desk, lane, notice, 'timeout', detail, undefined);
    case 'failed':
      notice.isRefused = mayHaveArrived(notice);
      if (needsHuman(delivery.reason))
        return tryAgain(desk, lane, notice, delivery.reason, detail, undefined);
      return failed(desk, notice, `${delivery.reason}: ${detail}`);
  }
}

/**
 * The attempt cost nothing and says nothing of its channel. It keeps its place, for what is released now would
 * only be put back again; the next start makes it.
 */
function putBack(desk: Desk, lane: Lane, notice: Notice, { detail }: NotTried): void {
  if (notice.isUntried === true) return;
  notice.isUntried = true;
  giveBack(lane);
  const { attempt } = notice.notification;
  if (attempt <= 1) notice.firstAttemptAt = undefined;
  tellAttempt(desk, notice, 'retry', `not tried: ${detail}`);
  change(desk, notice, { attempt: Math.max(0, attempt - 1), why: `not tried: ${detail}` });
}

/**
 * After a start nobody knows what became of the attempts under way, but of those that were not made: they are
 * repeated at once.
 */
export function repeatUnsettled(desk: Desk): void {
  const underWay = [...desk.lanes.values()].flatMap((lane) => [...lane.underWay]);
  for (const notice of underWay.sort((a, b) => a.order - b.order)) {
    if (notice.isUntried === true) tryAtLast(desk, notice);
    else repeat(desk, notice);
  }
}

function tryAtLast(desk: Desk, notice: Notice): void {
  notice.isUntried = undefined;
  change(desk, notice, { state: mayHaveArrived(notice) ? 'unknown' : 'pending', dueAt: desk.now });
}

function repeat(desk: Desk, notice: Notice): void {
  notice.unknowns += 1;
  notice.isRefused = false;
  const why = 'the program ended during the attempt: it may have arrived';
  tell(desk, notice, 'unknown', why);
  change(desk, notice, { state: 'unknown', dueAt: desk.now, why });
}

/** A notification's time has come: it may be due, or it has waited too long. */
export function review(desk: Desk, notice: Notice): void {
  const lane = laneOf(desk, notice.notification.channel);
  desk.stirred.add(lane);
  if (notice.gathering !== undefined) return reviewGathering(desk, notice);
  if (!overdue(desk, lane, notice)) scheduleNotice(desk, notice);
}

function reviewGathering(desk: Desk, notice: Notice): void {
  const { gathering } = notice;
  if (gathering === undefined || gathering.until > desk.now) return scheduleNotice(desk, notice);
  if (gathering.every !== undefined) groupSent(desk, gathering.name, gathering.every);
  letGo(desk, notice);
}

function learnLimits(desk: Desk, lane: Lane, delivery: Delivery): void {
  const limits = delivery.type === 'failed' ? undefined : delivery.limits;
  const others = allUnderWay(lane.allowance) - 1;
  for (const report of limits ?? []) lane.budget.learn(report, desk.now, others);
  if (limits !== undefined && limits.length > 0) lane.allowance.isDirty = true;
}

/** What an answer says about the channel as a whole, or about all that spend from the same. */
function judgeChannel(desk: Desk, lane: Lane, notice: Notice, delivery: Delivery): void {
  const { releasedAt = desk.now } = notice;
  const reason =
    delivery.type === 'sent' ? undefined : delivery.type === 'unknown' ? 'timeout' : delivery.reason;
  const { block, allowance } = lane;
  const { pause, key } = allowance;
  if (reason === undefined || !concernsChannel(reason)) {
    if (block !== undefined && endsBlock(block, releasedAt)) obstruct(desk, lane, undefined);
    if (pause !== undefined && endsBlock(pause, releasedAt)) obstructAll(desk, allowance, undefined);
    if (block !== undefined && lane.block === undefined) hurry(desk, lane);
    return;
  }
  if (block === undefined && pause === undefined) notice.spoiled = (notice.spoiled ?? 0) + 1;
  const afterMs = delivery.type === 'retry' ? delivery.afterMs : undefined;
  const failure = { reason, afterMs, releasedAt, now: desk.now };
  if (reason === 'rateLimited') {
    obstructAll(desk, allowance, blockAfter(pause, { ...failure, channel: key }));
  } else obstruct(desk, lane, blockAfter(block, { ...failure, channel: lane.rules.name }));
}

function obstruct(desk: Desk, lane: Lane, block: Block | undefined): void {
  sayCredit(desk, lane, block);
  lane.block = block;
  lane.isDirty = true;
  for (const notice of lane.waiting) scheduleNotice(desk, notice);
}

/** That a channel ran out of credit, and that it has some again, is told by channels that work. */
function sayCredit(desk: Desk, { rules: { name }, block: before }: Lane, after: Block | undefined): void {
  const was = before?.reason === 'outOfCredit';
  const is = after?.reason === 'outOfCredit';
  if (is && !was) {
    const text = `channel ${name} is out of credit: nothing can be sent by it until somebody pays; it is tried again every 5 minutes, and what waits goes other ways where there are any`;
    desk.toSay.push({ code: 'out-of-credit', key: [name], severity: 'critical', text, isUrgent: true });
  } else if (was && after === undefined) {
    const lasted = formatDuration(millis(desk.now - before.since));
    const text = `channel ${name} has credit again, after ${lasted} without`;
    desk.toSay.push({ code: 'credit-again', key: [name], severity: 'info', text });
  }
}

/**
 * The channel works again: what failed because of it need not wait any longer, so that the worst goes
 * first. What made it fail more than once is left to its own time: it may be at fault itself.
 */
function hurry(desk: Desk, lane: Lane): void {
  for (const notice of lane.waiting.slice()) {
    const { dueAt } = notice.notification;
    if (dueAt <= desk.now || notice.waitsForChannel !== true || (notice.spoiled ?? 0) > 1) continue;
    change(desk, notice, { dueAt: desk.now });
  }
}

function obstructAll(desk: Desk, allowance: Allowance, pause: Block | undefined): void {
  allowance.pause = pause;
  allowance.isDirty = true;
  for (const { waiting } of allowance.lanes) for (const notice of waiting) scheduleNotice(desk, notice);
}

/** An attempt that did not come so far has nothing to say of it: what was done is done. */
function keepProgress(notice: Notice, progress: string | undefined): void {
  if (progress !== undefined && byteLength(progress) <= LONGEST_PROGRESS) notice.progress = progress;
}

function partSent(desk: Desk, notice: Notice, parts: number, receipt: string | undefined): void {
  const { part, attempt, receipts = [], channel, reason } = notice.notification;
  const got = receipt === undefined ? {} : { receipts: [...receipts, receipt] };
  if (part + 1 >= parts) {
    const why = attempt > 1 ? `sent by ${channel} at attempt ${attempt}` : `sent by ${channel}`;
    tell(desk, notice, 'sent', why);
    rememberTold(desk, notice);
    const ending = reason === 'joined' ? 'joined' : 'delivered';
    return conclude(desk, notice, { state: 'sent', parts, why, ...got }, ending);
  }
  notice.firstAttemptAt = undefined;
  notice.progress = undefined;
  notice.unknowns = 0;
  notice.isRefused = false;
  const why = `part ${part + 1} of ${parts} sent`;
  tell(desk, notice, 'sent', `${why} by ${channel}`);
  change(desk, notice, { state: 'pending', part: part + 1, parts, attempt: 0, dueAt: desk.now, why, ...got });
}

/** Whoever heard of an alert will hear of its end, where the channel can tell it. */
function rememberTold(desk: Desk, { notification }: Notice): void {
  if (notification.reason === 'resolved' || !laneOf(desk, notification.channel).rules.resolved) return;
  const { receiver, channel } = notification;
  for (const id of notification.alerts) {
    const episode = desk.episodes.get(id);
    if (episode === undefined) continue;
    if (!holdsPlace(episode.told, receiver, channel)) {
      episode.told = [...episode.told, [receiver, channel]];
    }
    keepEpisode(desk, episode);
    if (episode.alert.status === 'resolved' && episode.endIsTold)
      tellResolved(desk, episode, receiver, channel);
  }
}

function tryAgain(
  desk: Desk,
  lane: Lane,
  notice: Notice,
  reason: FailureReason,
  detail: string,
  afterMs: number | undefined,
): void {
  const state = mayHaveArrived(notice) ? 'unknown' : 'pending';
  const dueAt = nextTry(desk, lane, notice, reason, afterMs);
  notice.waitsForChannel = concernsChannel(reason);
  const wait = formatDuration(millis(dueAt - desk.now));
  const why = state === 'unknown' ? `it may have arrived (${detail})` : `${reason} (${detail})`;
  tellAttempt(desk, notice, state === 'unknown' ? 'unknown' : 'retry', `${why}: again in ${wait}`);
  if (notice.notification.attempt === DRILL_PATIENCE && reason !== 'rateLimited')
    sayDrillFailed(desk, notice, `attempt ${DRILL_PATIENCE}: ${why}`);
  change(desk, notice, { state, dueAt, why });
  overdue(desk, lane, notice);
}

/**
 * The channel's own pause where the whole channel is at fault, so that the same message goes first again;
 * from the third attempt on longer, so that one message that makes a service fail does not hold up all.
 */
function nextTry(desk: Desk, lane: Lane, notice: Notice, reason: FailureReason, afterMs = 0): Instant {
  const { attempt, id } = notice.notification;
  if (!concernsChannel(reason))
    return instant(desk.now + Math.max(backoff(attempt, id), Math.min(afterMs, LONGEST_WAIT)));
  const channelPause = blockOf(lane)?.until ?? desk.now;
  if (attempt < 3 || needsHuman(reason)) return channelPause;
  return instant(Math.max(channelPause, desk.now + backoff(attempt + 1, id)));
}

function failed(desk: Desk, notice: Notice, why: string): void {
  const next = nextChannel(desk, notice);
  if (next === undefined) giveUp(desk, notice, why);
  else pass(desk, notice, next, why);
}

/** Passes or gives up what has been without success for too long; says whether it did. */
function overdue(desk: Desk, lane: Lane, notice: Notice): boolean {
  const block = blockOf(lane);
  const since = waitingSince(notice, block && inVainSince(block));
  if (since === undefined || !isWaiting(notice)) return false;
  const { notification } = notice;
  const lasted = millis(desk.now - since);
  const next = nextChannel(desk, notice);
  const nextAfter = receiverOf(desk, notification.receiver)?.nextAfter ?? millis(0);
  const isTooLong = lasted >= desk.rules.giveUpAfter;
  const mayGoOn = mayPass(notice, next) && lasted >= nextAfter;
  if (!isTooLong && !mayGoOn) return false;
  const why = `no success for ${formatDuration(lasted)} (${notification.why ?? 'no answer'})`;
  if (next === undefined) giveUp(desk, notice, why);
  else pass(desk, notice, next, why);
  return true;
}
