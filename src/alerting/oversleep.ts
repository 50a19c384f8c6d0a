import { after, millis, type Instant, type Millis } from '../model/time.ts';
import type { Block } from './block.ts';
import { scheduleNotice, type Desk } from './desk.ts';

/** So much later than it was due, in milliseconds, a step may come without anything being wrong. */
const TOLERANCE = 600_000;

/**
 * A step that comes long after something was due: the program did not run meanwhile, or slept, or the clock leapt.
 * That was no time of trying: what waits is not given up for it before it was tried again.
 */
export function forgiveSleep(desk: Desk, now: Instant): void {
  const due = desk.agenda.next();
  if (due === undefined || now - due <= TOLERANCE) return;
  const slept = millis(now - due);
  for (const allowance of desk.allowances.values()) {
    if (allowance.pause === undefined) continue;
    allowance.pause = asleep(allowance.pause, slept);
    allowance.isDirty = true;
  }
  for (const lane of desk.lanes.values()) {
    if (lane.block === undefined) continue;
    lane.block = asleep(lane.block, slept);
    lane.isDirty = true;
  }
  for (const notice of desk.notices.values()) {
    if (notice.firstAttemptAt !== undefined) {
      notice.firstAttemptAt = after(notice.firstAttemptAt, slept);
      desk.notices.put(notice.notification.id, notice);
    }
    scheduleNotice(desk, notice);
  }
}

const asleep = (block: Block, more: Millis): Block => ({
  ...block,
  slept: millis((block.slept ?? 0) + more),
});
