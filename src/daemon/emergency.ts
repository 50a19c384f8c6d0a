import type { Config } from '../config/config.ts';
import { formatDuration } from '../kit/duration.ts';
import type { MatchPorts } from '../match/contract.ts';
import { millis } from '../model/time.ts';
import type { LedgerFailure } from '../store/contract.ts';
import { createMemoryLedger } from '../store/memory.ts';
import { recordAnswers } from './answers.ts';
import { createClock } from './clock.ts';
import { createDeliveries, type SendBy } from './deliveries.ts';
import { internalRaise } from './internal-alerts.ts';
import type { Log } from './log.ts';
import { createLoop, type Loop } from './loop.ts';
import { recover } from './recovery.ts';
import { buildOf, prepareWay } from './way.ts';

/** Tells people that the ledger cannot be written: past the ledger, for nothing can be kept in it. */
export interface Emergency {
  /** How the ledger is at this moment; undefined: well. */
  tell(failure: LedgerFailure | undefined): void;
  /** Gives messages under way at most `graceMs`. */
  finish(graceMs: number): Promise<void>;
}

export interface EmergencyPorts {
  readonly config: () => Config;
  readonly match: MatchPorts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly send: SendBy;
  readonly log: Log;
  /** What else there is to say: what waits meanwhile. */
  readonly meanwhile: string;
  /** A trouble that people heard of is over: worth an alert, which the ledger can keep now. */
  readonly ended: (text: string) => void;
  readonly pace?: Partial<EmergencyPace>;
}

/** In milliseconds: how long a trouble lasts before people hear of it, and how often they hear of it again. */
export interface EmergencyPace {
  readonly patience: number;
  readonly again: number;
}

const usualPace: EmergencyPace = { patience: 5_000, again: 3_600_000 };

interface Desk {
  readonly loop: Loop;
  readonly deliveries: ReturnType<typeof createDeliveries>;
}

/**
 * A desk of its own in memory: the routes, chains, budgets and retries of the configuration, without what
 * the ledger knows. So it may tell somebody who is silenced or out of budget; that is meant.
 */
export function createEmergency(ports: EmergencyPorts): Emergency {
  const { patience, again } = { ...usualPace, ...ports.pace };
  let failure: LedgerFailure | undefined;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let desk: Desk | undefined;

  const raise = (): void => {
    timer = setTimeout(shout, again);
    const text = `the ledger cannot be written: ${failure?.detail ?? 'no reason'}; ${ports.meanwhile}`;
    desk?.loop.offer(internalRaise('ledger', 'sentinel', 'ledger.db', text, 'critical'));
  };

  function shout(): void {
    if (desk !== undefined) return raise();
    openDesk(ports).then(
      (opened) => {
        if (failure === undefined) return undefined;
        desk = opened;
        return raise();
      },
      (error: unknown) => ports.log.error('the emergency alert failed by a bug', { text: String(error) }),
    );
  }

  const end = (): void => {
    clearTimeout(timer);
    if (desk === undefined) return;
    desk.loop.halt();
    desk = undefined;
    const lasted = formatDuration(millis(Math.round((performance.now() - since) / 1000) * 1000));
    ports.ended(`the ledger can be written again, after ${lasted}; what waited is worked off now`);
  };

  return {
    tell(told) {
      if (told !== undefined && failure === undefined) {
        since = performance.now();
        timer = setTimeout(shout, patience);
      }
      const isOver = told === undefined && failure !== undefined;
      failure = told;
      if (isOver) end();
    },
    async finish(graceMs) {
      clearTimeout(timer);
      desk?.loop.halt();
      await desk?.deliveries.finish(graceMs);
      desk = undefined;
    },
  };
}

const noIntents: Parameters<typeof createLoop>[2]['intents'] = {
  take() {
    throw new Error('there are no rules that could want something done');
  },
  committed: () => undefined,
  isCrowded: () => false,
};

/** The rooms wired once more, with no sources, no rules, and a ledger in memory. */
async function openDesk({ config, match, now, send, log }: EmergencyPorts): Promise<Desk> {
  const bare = { ...config(), program: { rules: [], hash: '' }, sources: [] };
  const outside = recordAnswers({ match });
  const ledger = createMemoryLedger();
  const recovery = recover(ledger, buildOf(bare, outside));
  if (!recovery.ok) throw new Error(recovery.failure.detail);
  const { machines } = recovery.recovered;
  const way = (await prepareWay(bare, match))(machines);
  const reach = (): void => undefined;
  const deliveries = createDeliveries(
    send,
    (settlement) =>
      loop.offer({ type: 'decide', input: (at) => ({ type: 'settled', now: at, ...settlement }) }),
    reach,
  );
  const loop = createLoop(way, now(), {
    ledger,
    clock: createClock('live', { wall: now, monotonic: () => performance.now() }, recovery.recovered.now),
    deliveries,
    intents: noIntents,
    outside,
    reach,
    durable: false,
    note: () => undefined,
    decided: (notification) =>
      log.warn('emergency alert', { channel: notification.channel, state: notification.state }),
    trouble: () => undefined,
  });
  return { loop, deliveries };
}
