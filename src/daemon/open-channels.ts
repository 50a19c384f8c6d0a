import type { Channel, ChannelKind, ChannelPorts } from '../channels/contract.ts';

/** One channel as configured: its kind and its options, already parsed. */
export interface ConfiguredChannel {
  readonly name: string;
  readonly kind: ChannelKind<unknown>;
  readonly options: unknown;
}

/** Channels that open at their first use and again after an opening failed. */
export interface OpenChannels {
  open(name: string): Promise<Channel>;
  closeAll(): Promise<void>;
}

/** Opens channels on demand; `portsFor` gives each its ports. */
export function openOnDemand(
  configured: readonly ConfiguredChannel[],
  portsFor: (name: string) => ChannelPorts,
): OpenChannels {
  const byName = new Map(configured.map((channel) => [channel.name, channel]));
  const opened = new Map<string, Promise<Channel>>();

  const openAnew = async (name: string): Promise<Channel> => {
    const channel = byName.get(name);
    if (channel === undefined) throw new Error(`no channel '${name}' is configured any more`);
    return channel.kind.open(channel.options, portsFor(name));
  };

  return {
    open(name) {
      const known = opened.get(name);
      if (known !== undefined) return known;
      const opening = openAnew(name);
      opened.set(name, opening);
      opening.catch(() => opened.delete(name));
      return opening;
    },
    async closeAll() {
      const channels = await Promise.allSettled(opened.values());
      for (const result of channels) {
        if (result.status === 'fulfilled') await result.value.close();
      }
      opened.clear();
    },
  };
}
