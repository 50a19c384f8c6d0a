import type { Alert, Notification } from '../model/alert.ts';
import { between, instant, type Instant } from '../model/time.ts';
import { inVainSince, LONGEST_BLOCK, type Block } from './block.ts';
import { keepEpisode, scheduleEpisode, scheduleNotice, type Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { heldUntil } from './hold.ts';
import type { Allowance, Lane } from './lane.ts';
import type { Notice } from './notice.ts';
import { change } from './outbox.ts';
import { rescheduleWaits, shiftWaits } from './set-back-waits.ts';
import { shiftOf, type Shift } from './shift.ts';

/** How far, in milliseconds, the clock may lie ahead of a start without being set back. */
const TOLERANCE = 60_000;

/**
 * Sets the clock back to a start that it lies more than a minute ahead of: the machine's clock was wrong
 * then, and waiting until it is right by itself could take years. What is to come keeps its distance
 * from the clock and is no further ahead than its rule allows; what happened later than now counts as
 * having happened now.
 */
export function setBack(desk: Desk, started: Instant): void {
  const before = desk.now;
  const isAhead = before > started + TOLERANCE;
  desk.now = isAhead ? started : instant(Math.max(before, started));
  const shift = shiftOf(desk.now, isAhead ? before : desk.now);
  for (const allowance of desk.allowances.values()) shiftAllowance(desk, allowance, shift);
  for (const lane of desk.lanes.values()) shiftLane(desk, lane, shift);
  for (const episode of desk.episodes.values()) shiftEpisode(desk, episode, shift);
  for (const notice of desk.notices.values()) shiftNotice(desk, notice, shift);
  shiftWaits(desk, shift);
  if (!isAhead) return;
  // Timers and turns were set by the other clock.
  for (const notice of desk.notices.values()) scheduleNotice(desk, notice);
  for (const episode of desk.episodes.values()) scheduleEpisode(desk, episode);
  for (const lane of desk.lanes.values()) desk.stirred.add(lane);
  rescheduleWaits(desk);
}

function shiftBlock(block: Block | undefined, { past, future }: Shift): Block | undefined {
  if (block === undefined) return undefined;
  const { since, until, failedAt, slept } = block;
  const moved = {
    since: past(since),
    until: future(until, LONGEST_BLOCK),
    failedAt: past(failedAt),
    ...(slept === undefined ? {} : { slept: between(past(since), past(inVainSince(block))) }),
  };
  return withChanges(block, moved);
}

function shiftLane(desk: Desk, lane: Lane, shift: Shift): void {
  const block = shiftBlock(lane.block, shift);
  if (block === lane.block) return;
  lane.block = block;
  lane.isDirty = true;
  desk.stirred.add(lane);
}

function shiftAllowance(desk: Desk, allowance: Allowance, shift: Shift): void {
  const { spent, written, lanes } = allowance;
  const pause = shiftBlock(allowance.pause, shift);
  const reports = spent.reports.map((report) =>
    withChanges(report, { resetAt: shift.future(instant(report.resetAt), report.window) }),
  );
  const late = spent.times.findIndex((at) => at > desk.now);
  const isSame = pause === allowance.pause && reports.every((report, i) => report === spent.reports[i]);
  if (isSame && late < 0) return;
  allowance.pause = pause;
  spent.reports = reports;
  if (late >= 0) {
    spent.times.fill(desk.now, late);
    allowance.written = [written[0], Math.min(written[1], spent.first + late)];
  }
  allowance.isDirty = true;
  for (const lane of lanes) desk.stirred.add(lane);
}

function shiftNotice(desk: Desk, notice: Notice, shift: Shift): void {
  const { past, future } = shift;
  shiftGathering(desk, notice, shift);
  const { firstAttemptAt, releasedAt, notification } = notice;
  const { createdAt, dueAt, suppressed } = notification;
  const attempted = {
    ...(firstAttemptAt === undefined ? {} : { firstAttemptAt: past(firstAttemptAt) }),
    ...(releasedAt === undefined ? {} : { releasedAt: past(releasedAt) }),
  };
  const moved: Partial<Notification> = {
    createdAt: past(createdAt),
    dueAt: future(dueAt, LONGEST_BLOCK),
    ...(suppressed === undefined
      ? {}
      : { suppressed: withChanges(suppressed, { since: past(suppressed.since) }) }),
  };
  if (withChanges(notice, attempted) === notice && withChanges(notification, moved) === notification) return;
  Object.assign(notice, attempted);
  change(desk, notice, moved);
}

function shiftGathering(desk: Desk, notice: Notice, { past, future }: Shift): void {
  const { gathering, tally } = notice;
  if (tally !== undefined) Object.assign(tally, { first: past(tally.first), last: past(tally.last) });
  if (gathering === undefined) return;
  gathering.until =
    gathering.cause === 'quiet-hours'
      ? heldUntil(desk, notice.notification.receiver)
      : future(gathering.until, LONGEST_BLOCK);
  desk.notices.put(notice.notification.id, notice);
}

function shiftEpisode(desk: Desk, episode: Episode, { past, future }: Shift): void {
  const { alert, mutedSince, followUps } = episode;
  if (followUps !== undefined) {
    episode.followUps = followUps.map((one) =>
      withChanges(one, { at: future(one.at, one.type === 'repeat' ? one.every : one.after) }),
    );
  }
  const { firstAt, lastAt, toldAt, resolvedAt, ack } = alert;
  const moved: Partial<Alert> = {
    firstAt: past(firstAt),
    lastAt: past(lastAt),
    ...(toldAt === undefined ? {} : { toldAt: past(toldAt) }),
    ...(resolvedAt === undefined ? {} : { resolvedAt: past(resolvedAt) }),
    ...(ack === undefined ? {} : { ack: withChanges(ack, { at: past(ack.at) }) }),
  };
  const shifted = withChanges(alert, moved);
  if (shifted === alert) {
    if (episode.followUps?.some((one, index) => one !== followUps?.[index]) === true)
      keepEpisode(desk, episode);
    return;
  }
  episode.alert = shifted;
  if (mutedSince !== undefined) episode.mutedSince = past(mutedSince);
  desk.outputs.push({ type: 'alert', alert: shifted });
  keepEpisode(desk, episode);
}

/** The same item if nothing changes. */
function withChanges<Item extends object>(item: Item, changes: Partial<Item>): Item {
  const isSame = Object.entries(changes).every(([name, value]) => Reflect.get(item, name) === value);
  return isSame ? item : { ...item, ...changes };
}
