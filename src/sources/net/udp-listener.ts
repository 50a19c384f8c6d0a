import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { RecordFacts } from '../../model/chunk.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Listener, Reception } from './station.ts';
import { plainAddress } from './plain-address.ts';
import { droppedAt } from './udp-drops.ts';

/** Room in the kernel for a burst; it gives as much of it as net.core.rmem_max allows. */
const receiveBuffer = 8 * 1024 * 1024;

/** The kernel's count is looked at no more often (ms). */
const lookMs = 1000;

/** Addresses whose facts are remembered. */
const mostPeers = 10_000;

/** Rejects when the address cannot be had. */
export async function openUdpListener(
  { host, port }: Extract<ListenAddress, { port: number }>,
  reception: Reception,
): Promise<Listener> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: receiveBuffer });
  let facts = new Map<string, RecordFacts>();
  let droppedBefore: number | undefined;

  const factsOf = (peer: string): RecordFacts => {
    const known = facts.get(peer) ?? { fields: { peer } };
    if (facts.size >= mostPeers) facts = new Map();
    facts.set(peer, known);
    return known;
  };

  socket.on('message', (bytes, sender) => {
    const address = plainAddress(sender.address);
    if (!reception.admits(address)) return reception.losses.count('stranger', address);
    reception.receive(
      reception.wire.datagram(bytes, address, performance.now()),
      address,
      factsOf(address),
      false,
    );
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  // An unreachable sender's ICMP message and the like are no reason to end.
  socket.on('error', () => undefined);

  let lookedAt = -Infinity;
  const countDrops = async (): Promise<void> => {
    if (performance.now() < lookedAt + lookMs) return;
    lookedAt = performance.now();
    const dropped = await droppedAt(port, family);
    if (dropped !== undefined && droppedBefore !== undefined && dropped > droppedBefore) {
      reception.losses.count('kernel', '', dropped - droppedBefore);
    }
    droppedBefore = dropped ?? droppedBefore;
  };
  await countDrops();

  return {
    hold: (held) => void (held ? socket.ref() : socket.unref()),
    tend: () => void countDrops(),
    renew: () => Promise.resolve(),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
