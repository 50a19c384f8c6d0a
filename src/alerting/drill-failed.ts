import type { Desk } from './desk.ts';
import type { Notice } from './notice.ts';

/** The attempt at which a drill that did not get through counts as failed while it is still tried. */
export const DRILL_PATIENCE = 3;

/** A drill shows that a channel does not work: that is told by the others. Of anything else nothing is said. */
export function sayDrillFailed(desk: Desk, { notification }: Notice, why: string): void {
  const { reason, receiver, channel } = notification;
  if (reason !== 'test') return;
  const text = `the drill for ${receiver} did not get through by channel ${channel}: ${why}`;
  desk.toSay.push({
    code: 'drill-failed',
    key: [receiver, channel],
    severity: 'critical',
    text,
    notBy: channel,
  });
}
