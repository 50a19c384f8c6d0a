import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import {
  allowanceOf,
  laneOf,
  openEpisode,
  scheduleEpisode,
  scheduleLane,
  scheduleNotice,
  type Desk,
} from './desk.ts';
import { scheduleDigests } from './digest.ts';
import { isNews } from './episode.ts';
import { scheduleFlap } from './flap.ts';
import { noteInhibitor } from './inhibit.ts';
import { scheduleStorm } from './storm.ts';
import type { Gathering } from './gathering.ts';
import { scheduleGroup } from './group.ts';
import { lineUp } from './lane.ts';
import { allowanceChanges, laneChanges, restoreLanes } from './lane-rows.ts';
import { heldUntil } from './hold.ts';
import { isWaiting, type Notice } from './notice.ts';
import { scheduleSilence } from './silence.ts';

/** Alerting's own row: its clock, and how many alerts and notifications it ever made. */
const OWN_SCOPE = 'clock';

/** The rows that differ since the last call. */
export function deskChanges(desk: Desk): Row[] {
  const rows = [
    ...desk.episodes.changes(),
    ...desk.notices.changes(),
    ...desk.groups.changes(),
    ...desk.storms.changes(),
    ...desk.flaps.changes(),
    ...desk.expiries.changes(),
    ...desk.breaches.changes(),
    ...desk.silences.changes(),
    ...desk.digests.changes(),
    ...desk.counters.shelf.changes(),
    ...[...desk.lanes.values()].flatMap(laneChanges),
    ...[...desk.allowances.values()].flatMap(allowanceChanges),
  ];
  const isSame = desk.now === desk.writtenNow && desk.made === desk.writtenMade;
  if (isSame && rows.length === 0) return [];
  desk.writtenNow = desk.now;
  desk.writtenMade = desk.made;
  return [...rows, { scope: OWN_SCOPE, key: '', value: [desk.now, desk.made] }];
}

/** Fills a fresh desk; timers and queues follow from the items. */
export function restoreDesk(desk: Desk, rows: readonly Row[]): void {
  for (const { scope, key, value } of rows) {
    if (value === undefined) continue;
    if (scope === 'alert') desk.episodes.restore(key, value);
    else if (scope === 'notification') desk.notices.restore(key, value);
    else if (scope === 'group') desk.groups.restore(key, value);
    else if (scope === 'digest') desk.digests.restore(key, value);
    else if (scope === 'storm') desk.storms.restore(key, value);
    else if (scope === 'flap') desk.flaps.restore(key, value);
    else if (scope === 'expiry') desk.expiries.restore(key, value);
    else if (scope === 'breach') desk.breaches.restore(key, value);
    else if (scope === 'silence') desk.silences.restore(key, value);
    else if (scope === 'counters') desk.counters.shelf.restore(key, value);
    else if (scope === OWN_SCOPE) {
      const [now, made] = value as readonly [number, number];
      desk.now = instant(now);
      desk.made = made;
      desk.writtenNow = desk.now;
      desk.writtenMade = made;
    }
  }
  restoreLanes(rows, {
    laneOf: (name) => laneOf(desk, name),
    allowanceOf: (key) => allowanceOf(desk, key),
  });
  restoreQueues(desk);
  restoreEpisodes(desk);
  for (const group of desk.groups.values()) scheduleGroup(desk, group);
  scheduleDigests(desk);
  for (const storm of desk.storms.values()) scheduleStorm(desk, storm);
  restoreFlaps(desk);
  for (const silence of desk.silences.values()) scheduleSilence(desk, silence);
  for (const lane of desk.lanes.values()) scheduleLane(desk, lane);
}

function restoreQueues(desk: Desk): void {
  // Counted anew: a damaged ledger may have lost messages that alerts waited for.
  for (const episode of desk.episodes.values()) episode.unsettled = 0;
  for (const notice of desk.notices.values()) {
    countListed(desk, notice);
    const lane = laneOf(desk, notice.notification.channel);
    if (isWaiting(notice)) lineUp(lane, notice);
    else if (notice.gathering !== undefined) restoreGathering(desk, notice, notice.gathering);
    else lane.underWay.add(notice);
    scheduleNotice(desk, notice);
  }
}

function countListed(desk: Desk, { notification }: Notice): void {
  for (const id of notification.alerts) {
    const episode = desk.episodes.get(id);
    if (episode !== undefined) episode.unsettled += 1;
  }
}

/** What quiet hours hold is held by those of the rules that hold now. */
function restoreGathering(desk: Desk, notice: Notice, gathering: Gathering): void {
  desk.gatherings.set(gathering.name, notice);
  if (gathering.cause !== 'quiet-hours') return;
  gathering.until = heldUntil(desk, notice.notification.receiver);
}

function restoreEpisodes(desk: Desk): void {
  const byAge = [...desk.episodes.values()].toSorted((a, b) => a.order - b.order);
  for (const episode of byAge) {
    if (episode.alert.status === 'open' && !episode.alone) openEpisode(desk, episode);
    if (isNews(episode)) desk.untold.add(episode);
    noteInhibitor(desk, episode);
    scheduleEpisode(desk, episode);
  }
}

function restoreFlaps(desk: Desk): void {
  for (const flap of [...desk.flaps.values()].toSorted((a, b) => a.order - b.order)) {
    desk.flapsByAge.add(flap);
    scheduleFlap(desk, flap);
  }
}
