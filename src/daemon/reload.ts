import type { Config } from '../config/config.ts';
import type { LedgerFailure } from '../store/contract.ts';
import type { Outside } from './answers.ts';
import type { Current, DaemonParts } from './contract.ts';
import type { Incoming } from './incoming.ts';
import type { LedgerTrouble } from './ledger-trouble.ts';
import type { Loop, Way } from './loop.ts';
import type { Machines } from './machines.ts';
import type { Meter } from './metrics/meter.ts';
import { openOnDemand } from './open-channels.ts';
import { endOrphans } from './orphans.ts';
import { portsFor } from './outgoing.ts';
import { recover } from './recovery.ts';
import { untilIdle } from './until-idle.ts';
import { buildOf, prepareWay } from './way.ts';

/** Puts another configuration in the place of the current one; answers with what kept it from doing so. */
export type Reload = (next: Config) => Promise<LedgerFailure | undefined>;

/** The rooms that a reload goes through. */
export interface ReloadRooms {
  readonly outside: Outside;
  readonly loop: Loop;
  readonly incoming: Incoming;
  readonly meter: Meter;
  readonly trouble: Pick<LedgerTrouble, 'failure'>;
  /** The new configuration is the current one. */
  readonly replaced: () => void;
  /** Whether the program is being stopped: then nothing is replaced or opened any more. */
  readonly isEnding: () => boolean;
}

const ending: LedgerFailure = { type: 'io', detail: 'the program is being stopped' };

export function createReload(parts: DaemonParts, current: Current, rooms: ReloadRooms): Reload {
  const { ledger, match, log, reach } = parts;
  const { loop, incoming, trouble, isEnding } = rooms;

  /** Between two turns, with every source closed and everything committed. */
  const swap = (next: Config, join: (machines: Machines) => Way): LedgerFailure | undefined => {
    const failed = loop.checkpoint();
    if (failed !== undefined) return failed;
    const again = recover(ledger, buildOf(next, rooms.outside, parts.makeEngine));
    if (!again.ok) return again.failure;
    reach('during-reload');
    const { channels: before, way: former } = current;
    rooms.meter.retired(former.intakes);
    current.config = next;
    current.channels = openOnDemand(next.channels, portsFor(parts, next));
    current.way = join(again.recovered.machines);
    loop.swap(current.way);
    reach('after-reload');
    endOrphans(parts, next, again.recovered.changed, loop.offer);
    rooms.replaced();
    before
      .close()
      .catch((error: unknown) => log.warn('a channel could not be closed', { text: String(error) }));
    return undefined;
  };

  return async (next) => {
    const inTrouble = isEnding() ? ending : trouble.failure();
    if (inTrouble !== undefined) return inTrouble;
    const join = await prepareWay(next, match);
    await incoming.close();
    reach('before-reload');
    try {
      // Only what is committed may be left behind: the sources go on from their marks.
      await untilIdle(
        () => loop.idle() || isEnding(),
        () => trouble.failure() !== undefined,
      );
      return isEnding() ? ending : swap(next, join);
    } catch (error) {
      return { type: 'io', detail: String(error) };
    } finally {
      if (!isEnding()) incoming.open();
    }
  };
}
