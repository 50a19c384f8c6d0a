import type { ChannelPorts } from '../channels/contract.ts';
import type { ChannelConfig, Config } from '../config/config.ts';
import type { Expiry } from '../model/delivery.ts';

/** Looks now and then what ends that channels do not work without. */
export interface ExpiryWatch {
  /** Looks at once and then twice a day, in the place of what was before. */
  follow(config: Pick<Config, 'channels' | 'expiryAhead'>): void;
  /** Looks no more; what is under way is cut off. */
  stop(): void;
}

export interface ExpiryWatchPorts {
  readonly portsFor: (channel: string) => ChannelPorts;
  readonly found: (channel: string, expiries: readonly Expiry[]) => void;
  /** A look failed although it never should. */
  readonly broke: (channel: string, error: unknown) => void;
}

const everyMs = 12 * 3_600_000;
/** One channel may take this long: a server that is slow must not keep others from being looked at. */
const longestMs = 30_000;

/** A watch that does not look yet. */
export function createExpiryWatch({ portsFor, found, broke }: ExpiryWatchPorts): ExpiryWatch {
  let end = (): void => undefined;

  const lookAt = async ({ name, kind, options }: ChannelConfig, stopped: AbortSignal): Promise<void> => {
    if (kind.expiries === undefined || stopped.aborted) return;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(longestMs)]);
    const expiries = await kind.expiries(options, portsFor(name), signal);
    if (expiries.length > 0 && !stopped.aborted) found(name, expiries);
  };

  const look = async (channels: Config['channels'], stopped: AbortSignal): Promise<void> => {
    // Our own bug in one kind must neither end the daemon nor hide what the others would find.
    for (const channel of channels)
      await lookAt(channel, stopped).catch((error) => broke(channel.name, error));
  };

  return {
    follow({ channels, expiryAhead }) {
      end();
      if (expiryAhead === undefined) return;
      const stopped = new AbortController();
      const begin = (): void => void look(channels, stopped.signal);
      const timer = setInterval(begin, everyMs);
      timer.unref();
      end = () => {
        clearInterval(timer);
        stopped.abort();
      };
      begin();
    },
    stop: () => end(),
  };
}
