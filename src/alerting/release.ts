import { formatDuration } from '../kit/duration.ts';
import { after, millis } from '../model/time.ts';
import { needsHuman } from './block.ts';
import { laneOf, nextChannel, receiverOf, scheduleLane, type Desk } from './desk.ts';
import { holdBack } from './hold.ts';
import { join } from './join.ts';
import { blockOf, room, type Lane } from './lane.ts';
import {
  compareTurns,
  isCritical,
  isJoinable,
  mayHaveArrived,
  mayPass,
  tellsEnd,
  type Notice,
} from './notice.ts';
import { change, giveUp, pass, tellAttempt } from './outbox.ts';
import { earlierOf } from './reference.ts';

/**
 * Releases what a channel may send now, together with those that spend from the same: parts of a message
 * begun, then the worst, then the oldest, as far as concurrency and budget go. What is too much for the
 * budget is joined, or passed on if it is critical and there is another channel.
 */
export function pump(desk: Desk, { allowance: { lanes } }: Lane): void {
  for (const lane of lanes) {
    if (!lane.isConfigured) sendElsewhere(desk, lane);
    holdBack(desk, lane);
    boundWaiting(desk, lane);
    passOn(desk, lane);
  }
  for (const lane of lanes) if (room(lane, desk.now) > 0) joinExcess(desk, lane);
  for (let turn = nextTurn(desk, lanes); turn !== undefined; turn = nextTurn(desk, lanes)) {
    release(desk, turn.lane, turn.notice);
  }
  for (const lane of lanes) scheduleLane(desk, lane);
}

/** What goes first of all that may be released now. */
function nextTurn(desk: Desk, lanes: readonly Lane[]): { lane: Lane; notice: Notice } | undefined {
  let first: { lane: Lane; notice: Notice } | undefined;
  for (const lane of lanes) {
    if (room(lane, desk.now) <= 0 || lane.budget.slots(desk.now) <= 0) continue;
    const forAll = lane.budget.slots(desk.now, false) > 0;
    const notice = lane.waiting.find(
      (one) => one.notification.dueAt <= desk.now && (forAll || isCritical(one)),
    );
    if (notice === undefined) continue;
    if (first === undefined || compareTurns(notice, first.notice) < 0) first = { lane, notice };
  }
  return first;
}

const dueNow = (desk: Desk, lane: Lane): Notice[] =>
  lane.waiting.filter(({ notification }) => notification.dueAt <= desk.now);

function release(desk: Desk, lane: Lane, notice: Notice): void {
  lane.budget.spend(desk.now);
  lane.allowance.isDirty = true;
  notice.firstAttemptAt ??= desk.now;
  notice.releasedAt = desk.now;
  const { attempt, part, parts, channel } = notice.notification;
  const ofParts = part === 0 ? '' : `, part ${part + 1} of ${parts ?? '?'}`;
  change(desk, notice, { state: 'sending', attempt: attempt + 1, why: `attempt ${attempt + 1}${ofParts}` });
  tellAttempt(desk, notice, 'attempt', `attempt ${attempt + 1} by ${channel}${ofParts}`);
  const { notification, progress } = notice;
  const earlier = earlierOf(desk, notification);
  desk.outputs.push({
    type: 'attempt',
    notification,
    mayHaveArrived: mayHaveArrived(notice),
    ...(earlier === undefined ? {} : { earlier }),
    ...(progress === undefined ? {} : { progress }),
  });
}

/** The configuration changed: what waited for this channel goes to where its receiver is heard now. */
function sendElsewhere(desk: Desk, lane: Lane): void {
  const why = `there is no channel ${lane.rules.name} any more`;
  for (const notice of lane.waiting.slice()) {
    const known = receiverOf(desk, notice.notification.receiver)?.channels.find(
      (channel) => laneOf(desk, channel).isConfigured,
    );
    if (known === undefined || tellsEnd(notice)) giveUp(desk, notice, why);
    else pass(desk, notice, known, why);
  }
}

/** Too much for memory: what waits for one receiver becomes one notification that grows. */
function boundWaiting(desk: Desk, lane: Lane): void {
  const most = Math.max(1, desk.rules.maxWaiting);
  if (lane.waiting.length <= most) return;
  for (const group of joinGroups(lane.waiting)) {
    if (group.length > most) join(desk, group.filter(isJoinable), `more than ${most} were waiting`);
  }
}

/**
 * More is due than the budget allows: critical ones go alone while a slot is left for the rest of each
 * channel, and the rest becomes one notification for each receiver; ends of alerts become another.
 */
function joinExcess(desk: Desk, lane: Lane): void {
  const slots = lane.budget.slots(desk.now, lane.waiting.some(isCritical));
  const { lanes } = lane.allowance;
  if (slots === 0 || lanes.reduce((sum, { waiting }) => sum + waiting.length, 0) <= slots) return;
  const dueOf = lanes.map((one) => dueNow(desk, one)).filter((due) => due.length > 0);
  const due = dueOf.flat();
  if (due.length <= slots) return;
  const joinable = dueNow(desk, lane).filter(isJoinable);
  const begun = due.filter((notice) => !isJoinable(notice)).length;
  const alone = Math.max(0, slots - begun - dueOf.length);
  const singles = new Set(joinable.filter(isCritical).slice(0, alone));
  for (const group of joinGroups(joinable.filter((notice) => !singles.has(notice)))) {
    join(desk, group, `${due.length} were waiting and the budget has room for ${slots}`);
  }
}

/** What may become one notification: raises for one receiver, or ends for one receiver. */
function joinGroups(notices: readonly Notice[]): Notice[][] {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) {
    const { receiver, hop } = notice.notification;
    const name = `${hop} ${tellsEnd(notice) ? 'end' : 'raise'} ${receiver}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [notice]);
    else group.push(notice);
  }
  return [...groups.values()];
}

/** Sends on what this channel cannot do in time, where its receiver has another channel. */
function passOn(desk: Desk, lane: Lane): void {
  const needsRepair =
    lane.block !== undefined && needsHuman(lane.block.reason) && lane.block.until > desk.now;
  if (!needsRepair && blockOf(lane) === undefined && lane.budget.slots(desk.now) > 0) return;
  for (const notice of lane.waiting.slice()) {
    // Critical ones come first in the queue, after parts of messages begun.
    if (!needsRepair && !isCritical(notice) && notice.notification.part === 0) return;
    const next = nextChannel(desk, notice);
    if (next === undefined || !mayPass(notice, next)) continue;
    const why = needsRepair ? 'only a human can repair it' : cannotWait(desk, lane, notice);
    if (why !== undefined) pass(desk, notice, next, why);
  }
}

/** A critical notification does not wait longer than its receiver's patience for a budget. */
function cannotWait(desk: Desk, { allowance: { pause }, budget }: Lane, notice: Notice): string | undefined {
  if (!isCritical(notice)) return undefined;
  const nextAfter = receiverOf(desk, notice.notification.receiver)?.nextAfter ?? millis(0);
  const patience = after(desk.now, nextAfter);
  const tooLong = `for more than ${formatDuration(nextAfter)}`;
  if ((budget.freeAt(desk.now) ?? desk.now) > patience) return `the budget is spent ${tooLong}`;
  if (pause !== undefined && pause.until > patience) return `the service wants a pause ${tooLong}`;
  return undefined;
}
