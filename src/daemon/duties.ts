import type { ChannelPorts } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import type { Offer } from './contract.ts';
import { createDrillTimer } from './drill-timer.ts';
import { createExpiryWatch } from './expiry-watch.ts';
import { createHeartbeat } from './heartbeat.ts';
import { internalRaise } from './internal-alerts.ts';
import type { Log } from './log.ts';

/** What a daemon that stays does by the calendar, whatever is logged. */
export interface Duties {
  /** Does from now on what this configuration asks for. */
  follow(config: Config): void;
  stop(): void;
}

export interface DutyPorts {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly offer: Offer;
  /** Whether there is nothing wrong that a heartbeat must not hide. */
  readonly isWell: () => boolean;
  readonly portsFor: (channel: string) => ChannelPorts;
}

/** Heartbeats, drills, and a look at keys that expire; nothing is done before the first `follow`. */
export function createDuties({ log, now, offer, isWell, portsFor }: DutyPorts): Duties {
  const heartbeat = createHeartbeat({
    isWell,
    failed: (place, detail) => {
      log.warn('the heartbeat does not arrive', { place, text: detail });
      offer(
        internalRaise('heartbeat', 'sentinel', place, `the heartbeat does not reach ${place}: ${detail}`),
      );
    },
    works: (place) => log.info('the heartbeat arrives again', { place }),
    broke: (place, error) => log.error('the heartbeat broke', { place, text: wordsOf(error) }),
  });
  const drills = createDrillTimer(now, (to) => {
    const text = 'This is a test by the calendar: nothing happened, and nothing needs to be done.';
    const drill = { to, text, severity: 'warning', isDrill: true } as const;
    offer({ type: 'decide', input: (at, seq) => ({ type: 'send', now: at, seq, ...drill }) });
  });
  const expiries = createExpiryWatch({
    portsFor,
    found: (channel, found) =>
      offer({ type: 'decide', input: (at) => ({ type: 'expiries', now: at, channel, expiries: found }) }),
    broke: (channel, error) => log.error('the look at what expires broke', { channel, text: wordsOf(error) }),
  });
  const all = [heartbeat, drills, expiries];
  return {
    follow(config) {
      for (const duty of all) duty.follow(config);
    },
    stop() {
      for (const duty of all) duty.stop();
    },
  };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
