import { sendRule } from '../model/alert.ts';
import { instant, type Instant } from '../model/time.ts';
import type { QuietHours } from './contract.ts';
import { nextDaily, quietUntil } from './daily.ts';
import { receiverOf, type Desk } from './desk.ts';
import { holdNotice, type Gathering } from './gathering.ts';
import type { Lane } from './lane.ts';
import { isJoinable, tellsEnd, type Notice } from './notice.ts';

/** What is known of quiet hours from one time on until another. */
export interface QuietSpell {
  readonly from: Instant;
  readonly to: Instant;
  /** When they end, if they last. */
  readonly until: Instant | undefined;
}

/** Keeps back what nobody wants to hear now: it goes out in one message when the quiet hours are over. */
export function holdBack(desk: Desk, { waiting }: Lane): void {
  if (!desk.hasQuietHours || waiting.length === 0) return;
  for (const notice of waiting.slice()) {
    const gathering = quietGathering(desk, notice);
    if (gathering !== undefined) holdNotice(desk, notice, gathering);
  }
}

/** When what is held for a receiver may go out by the hours it has now. */
export function heldUntil(desk: Desk, receiver: string): Instant {
  const hours = receiverOf(desk, receiver)?.quietHours;
  return (hours === undefined ? undefined : quietNow(desk, hours)) ?? desk.now;
}

function quietGathering(desk: Desk, notice: Notice): Gathering | undefined {
  const { receiver, channel, severity, reason } = notice.notification;
  const hours = receiverOf(desk, receiver)?.quietHours;
  if (hours === undefined || hours.exempt.includes(channel) || !hours.hold.includes(severity))
    return undefined;
  if (reason === 'digest' || notice.wasHeld === true || !isJoinable(notice) || isByHand(notice))
    return undefined;
  const until = quietNow(desk, hours);
  if (until === undefined) return undefined;
  const name = JSON.stringify(['quiet-hours', receiver, channel, tellsEnd(notice)]);
  return { name, cause: 'quiet-hours', title: hours.name, until, isSummary: false };
}

/** Who writes now wants to be read now. */
const isByHand = ({ carried }: Notice): boolean => Object.hasOwn(carried, sendRule);

/** The end of these hours if they last now; asks the calendar once for each spell. */
function quietNow(desk: Desk, hours: QuietHours): Instant | undefined {
  const known = desk.quietSpells.get(hours);
  if (known !== undefined && known.from <= desk.now && desk.now < known.to) return known.until;
  const until = quietUntil(hours, desk.now);
  const to = until ?? nextDaily({ at: hours.from, zone: hours.zone }, desk.now);
  desk.quietSpells.set(hours, { from: desk.now, to: instant(to), until });
  return until;
}
