import { scheduleDigests } from './digest.ts';
import type { Desk } from './desk.ts';
import { scheduleFlap } from './flap.ts';
import { forgetGroup, scheduleGroup } from './group.ts';
import type { Shift } from './shift.ts';
import { scheduleSilence } from './silence.ts';
import { scheduleStorm } from './storm.ts';

/** Sets back what was noted of groups, storms, flapping and digests; silences end when a human said. */
export function shiftWaits(desk: Desk, { past }: Shift): void {
  for (const group of desk.groups.values()) {
    if (group.sentAt <= desk.now) continue;
    forgetGroup(desk, group);
    desk.groups.put(group.name, { ...group, sentAt: past(group.sentAt) });
  }
  for (const storm of desk.storms.values()) {
    if (!storm.recent.some(([at]) => at > desk.now)) continue;
    storm.recent = storm.recent.map(([at, rule]) => [past(at), rule]);
    if (storm.since !== undefined) storm.since = past(storm.since);
    desk.storms.put(storm.receiver, storm);
  }
  for (const flap of desk.flaps.values()) {
    if (!flap.times.some((at) => at > desk.now)) continue;
    flap.times = flap.times.map(past);
    desk.flaps.put(flap.name, flap);
  }
  for (const state of desk.digests.values()) {
    if (state.since > desk.now) desk.digests.put(state.receiver, { ...state, since: past(state.since) });
  }
}

/** Sets the timers of all this by the clock as it is now. */
export function rescheduleWaits(desk: Desk): void {
  for (const group of desk.groups.values()) scheduleGroup(desk, group);
  for (const storm of desk.storms.values()) scheduleStorm(desk, storm);
  for (const flap of desk.flaps.values()) scheduleFlap(desk, flap);
  for (const silence of desk.silences.values()) scheduleSilence(desk, silence);
  scheduleDigests(desk);
}
