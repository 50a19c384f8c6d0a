import type { RecordFacts } from '../../model/chunk.ts';
import type { Instant } from '../../model/time.ts';
import { parseAddress, parseNetwork, within } from '../../match/address.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { writeListenAddress, type ListenAddress } from './listen-address.ts';
import { createLosses, type Losses } from './losses.ts';
import { createPaceLimit } from './pace-limit.ts';
import { openStreamListener } from './stream-listener.ts';
import type { TlsSettings } from './tls-context.ts';
import { openUdpListener } from './udp-listener.ts';
import type { Arrivals, Wire } from './wire.ts';

/** What a source that listens needs to know. */
export interface StationOptions {
  readonly listen: readonly ListenAddress[];
  readonly tls?: TlsSettings;
  /** Networks of which senders must be; empty: all. */
  readonly from: readonly string[];
  readonly connections: number;
  /** Most messages of one sender within a second; absent: no limit. */
  readonly rate?: number;
  /** Bytes that may wait to be worked off. */
  readonly buffer: number;
  /** Longest message, in bytes. */
  readonly maxMessage: number;
  /** Permissions of UNIX sockets. */
  readonly mode: number;
}

/** One listening socket. */
export interface Listener {
  /** Whether its socket keeps the process alive. */
  hold(held: boolean): void;
  /** Called when there is room again, and now and then. */
  tend(): void;
  /** Reads its certificates anew. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** What a listener gives its arrivals to. */
export interface Reception {
  readonly wire: Wire;
  /** `facts`: of the connection, or the sender. `waits`: it is paused when there is no more room. */
  receive(arrivals: Arrivals, peer: string, facts: RecordFacts, waits: boolean): void;
  /** Whether an address may send. */
  admits(address: string | undefined): boolean;
  readonly losses: Losses;
  readonly isFull: () => boolean;
}

/** All that is listened on for one source; outlives the source's closing for a while. */
export interface Station {
  readonly inbox: Inbox;
  readonly losses: Losses;
  /** Called when something came. */
  onArrival: () => void;
  /** Opens what is not open; gives what could not be opened, in words, by address. */
  open(): Promise<ReadonlyMap<string, string>>;
  tend(): void;
  hold(held: boolean): void;
  renew(): Promise<void>;
  close(): Promise<void>;
}

export function createStation(options: StationOptions, wire: Wire, now: () => Instant): Station {
  const called = options.listen.map(writeListenAddress).join(', ');
  const losses = createLosses(called, now);
  const limit = createPaceLimit(options.rate);
  const networks = options.from.flatMap((text) => parseNetwork(text) ?? []);
  const open = new Map<ListenAddress, Listener>();
  let isHeld = true;

  const inbox = createInbox(options.buffer, () => {
    station.onArrival();
  });

  const reception: Reception = {
    wire,
    losses,
    isFull: () => inbox.isFull,
    admits(address) {
      if (networks.length === 0) return true;
      const parsed = address === undefined ? undefined : parseAddress(address);
      return parsed !== undefined && networks.some((network) => within(network, parsed));
    },
    receive({ arrived, losses: lost }, peer, facts, waits) {
      for (const loss of lost) losses.count(loss, peer);
      const at = performance.now();
      for (const arrival of arrived) {
        const known = joined(facts, arrival.facts);
        if (!limit.take(peer, at)) losses.count('rate', peer);
        else if (!inbox.add({ ...arrival, facts: known }, waits)) losses.count('full', peer);
      }
    },
  };

  const openOne = async (address: ListenAddress): Promise<Listener> =>
    address.over === 'udp'
      ? await openUdpListener(address, reception)
      : await openStreamListener(address, options, reception);

  const station: Station = {
    inbox,
    losses,
    onArrival: () => undefined,
    async open() {
      const failed = new Map<string, string>();
      for (const address of options.listen) {
        if (open.has(address)) continue;
        try {
          const listener = await openOne(address);
          listener.hold(isHeld);
          open.set(address, listener);
        } catch (error) {
          failed.set(writeListenAddress(address), reasonOf(error));
        }
      }
      return failed;
    },
    tend() {
      for (const listener of open.values()) listener.tend();
    },
    hold(held) {
      isHeld = held;
      for (const listener of open.values()) listener.hold(held);
    },
    renew: async () => void (await Promise.all([...open.values()].map((listener) => listener.renew()))),
    async close() {
      const closing = [...open.values()];
      open.clear();
      await Promise.all(closing.map((listener) => listener.close()));
    },
  };
  return station;
}

function joined(facts: RecordFacts, own: RecordFacts | undefined): RecordFacts {
  if (own === undefined) return facts;
  return { ...facts, ...own, fields: { ...facts.fields, ...own.fields } };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('EACCES')) return `${text}; ports below 1024 need CAP_NET_BIND_SERVICE`;
  return text;
}
