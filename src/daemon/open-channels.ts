import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../channels/contract.ts';
import type { Delivery } from '../model/delivery.ts';

/** One channel as configured: its kind and its options, already parsed. */
export interface ConfiguredChannel {
  readonly name: string;
  readonly kind: ChannelKind<unknown>;
  readonly options: unknown;
}

/** Channels that open at their first use and again after an opening failed. */
export interface OpenChannels {
  /** One attempt. Never rejects. */
  send(name: string, attempt: Attempt): Promise<Delivery>;
  /** Closes them once what is under way on them has ended. */
  close(): Promise<void>;
}

/** Opens channels on demand; `portsFor` gives each its ports. */
export function openOnDemand(
  configured: readonly ConfiguredChannel[],
  portsFor: (name: string) => ChannelPorts,
): OpenChannels {
  const byName = new Map(configured.map((channel) => [channel.name, channel]));
  const opened = new Map<string, Promise<Channel>>();
  const underWay = new Set<Promise<Delivery>>();

  const openAnew = async (name: string): Promise<Channel> => {
    const channel = byName.get(name);
    if (channel === undefined) throw new Error(`no channel '${name}' is configured any more`);
    return channel.kind.open(channel.options, portsFor(name));
  };

  const open = (name: string): Promise<Channel> => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const opening = openAnew(name);
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
    return opening;
  };

  return {
    send(name, attempt) {
      const sending = sendBy(() => open(name), name, attempt).finally(() => underWay.delete(sending));
      underWay.add(sending);
      return sending;
    },
    async close() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      for (const result of await Promise.allSettled(opened.values())) {
        if (result.status === 'fulfilled') await result.value.close();
      }
      opened.clear();
    },
  };
}

async function sendBy(open: () => Promise<Channel>, name: string, attempt: Attempt): Promise<Delivery> {
  let channel: Channel;
  try {
    channel = await open();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { type: 'retry', reason: 'unavailable', detail: `channel cannot be opened: ${detail}` };
  }
  try {
    return await channel.send(attempt);
  } catch (error) {
    // A channel promises not to reject; if it does, nobody knows what arrived.
    return { type: 'unknown', detail: `bug in channel ${name}: ${String(error)}` };
  }
}
