import type { ChannelPorts } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import { instant } from '../model/time.ts';
import type { LedgerFailure } from '../store/contract.ts';
import type { Current, DaemonParts, Offer } from './contract.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { createDeliveryLog, type DeliveryLog } from './delivery-log.ts';
import { createEmergency } from './emergency.ts';
import { internalRaise } from './internal-alerts.ts';
import { watchLedger, type LedgerTrouble } from './ledger-trouble.ts';
import { createMeter, type Meter } from './metrics/meter.ts';

/** Messages on their way out, and who hears what becomes of them. */
export interface Outgoing {
  readonly deliveries: Deliveries;
  readonly meter: Meter;
  readonly decided: DeliveryLog['decided'];
}

/** Sends by the channels of whatever configuration is current; what comes of it goes back to the loop. */
export function createOutgoing(parts: DaemonParts, current: Current, offer: Offer): Outgoing {
  const deliveryLog = createDeliveryLog(parts.log);
  const meter = createMeter();
  const deliveries = createDeliveries(
    async (name, attempt) => {
      const delivery = await current.channels.send(name, attempt);
      deliveryLog.answered(name, delivery);
      meter.answered(name, delivery);
      return delivery;
    },
    (settlement) => {
      meter.settled(settlement, instant(parts.now()));
      offer({ type: 'decide', input: (now) => ({ type: 'settled', now, ...settlement }) });
    },
    parts.reach,
  );
  return { deliveries, meter, decided: deliveryLog.decided };
}

/** The ledger's trouble, and those who are told of it past the ledger. */
export interface LedgerAlarm extends LedgerTrouble {
  /** Gives messages under way at most `graceMs`. */
  finish(graceMs: number): Promise<void>;
}

export function createLedgerAlarm(parts: DaemonParts, current: Current, offer: Offer): LedgerAlarm {
  const trouble = watchLedger(parts.log);
  const emergency = createEmergency({
    config: () => current.config,
    match: parts.match,
    now: parts.now,
    send: (name, attempt) => current.channels.send(name, attempt),
    log: parts.log,
    meanwhile: 'files are read no further and nothing else is told until it can be',
    ended: (text) => offer(internalRaise('ledger', 'sentinel', 'ledger.db', text)),
    ...(parts.emergencyPace === undefined ? {} : { pace: parts.emergencyPace }),
  });
  return {
    ...trouble,
    tell(failure: LedgerFailure | undefined) {
      trouble.tell(failure);
      // A run that ends says it by its exit code.
      if (parts.durable && parts.follow) emergency.tell(failure);
    },
    finish: emergency.finish,
  };
}

/** What channels get of the machine, each under its name. */
export const portsFor =
  (parts: Pick<DaemonParts, 'channelPorts'>, config: Config) =>
  (name: string): ChannelPorts => ({ ...parts.channelPorts(config), name });
