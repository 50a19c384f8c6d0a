import { formatDuration } from '../kit/duration.ts';
import type { Expiry } from '../model/delivery.ts';
import { millis, type Instant } from '../model/time.ts';
import type { Desk } from './desk.ts';
import { tellOwn } from './own-alert.ts';
import { isoTime } from './words.ts';

/** Something that ends, and how much was told of that. */
export interface KnownExpiry extends Expiry {
  readonly channel: string;
  readonly told: Stage;
}

/** `early`: there is time to renew it; `late`: hardly any is left. */
type Stage = 'early' | 'late' | 'over';

const stages: readonly Stage[] = ['early', 'late', 'over'];
/** Most that are remembered of one channel. */
const MOST_OF_A_CHANNEL = 16;
/** The last part of the time ahead that counts as late. */
const LATE_SHARE = 7;

/** Takes what ends of a channel: what ends soon is told once at each stage, by other channels where there are. */
export function takeExpiries(desk: Desk, channel: string, expiries: readonly Expiry[]): void {
  for (const { what, at } of expiries.slice(0, MOST_OF_A_CHANNEL)) {
    const name = JSON.stringify([channel, what]);
    const known = desk.expiries.get(name);
    const stage = stageOf(desk, at);
    if (stage === undefined) desk.expiries.remove(name);
    else if (known?.at !== at || stages.indexOf(stage) > stages.indexOf(known.told)) {
      desk.expiries.put(name, { channel, what, at, told: stage });
      tell(desk, channel, { what, at }, stage);
    }
  }
}

/** Forgets what ends of channels that are not configured any more. */
export function forgetExpiries(desk: Desk): void {
  const names = new Set(desk.rules.channels.map(({ name }) => name));
  for (const { channel, what } of desk.expiries.values()) {
    if (!names.has(channel)) desk.expiries.remove(JSON.stringify([channel, what]));
  }
}

function stageOf({ now, rules: { expiryAhead } }: Desk, at: Instant): Stage | undefined {
  if (expiryAhead === undefined || at > now + expiryAhead) return undefined;
  if (at <= now) return 'over';
  return at <= now + expiryAhead / LATE_SHARE ? 'late' : 'early';
}

function tell(desk: Desk, channel: string, { what, at }: Expiry, stage: Stage): void {
  const left = millis(Math.max(MINUTE, Math.floor((at - desk.now) / MINUTE) * MINUTE));
  const text =
    stage === 'over'
      ? `${what} ended at ${isoTime(at)}: nothing may get through by channel ${channel} until it is renewed`
      : `${what} ends at ${isoTime(at)}, in ${formatDuration(left)}: after that nothing may get through by channel ${channel}`;
  const severity = stage === 'early' ? 'warning' : 'critical';
  tellOwn(desk, { code: 'expiry', key: [channel, what], severity, text, notBy: channel });
}

const MINUTE = 60_000;
