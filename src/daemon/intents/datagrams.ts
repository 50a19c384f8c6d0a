import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { bytesOf } from './bytes.ts';
import { hostPortOf, type HostPort } from './addresses.ts';
import { done, lost, type IntentLimits, type Outcome } from './contract.ts';
import { whyLost } from './streams.ts';

/** UDP, one socket for each address: packets to it leave in their order. */
export interface Datagrams {
  send(address: string, text: string): Promise<Outcome>;
  hangUp(address: string): void;
  hangUpAll(): void;
}

interface Line {
  readonly socket: Promise<Socket>;
  readonly openedAt: number;
  /** Bytes that wait. */
  queued: number;
}

/** A name is looked up again after this long. */
const lookUpEveryMs = 300_000;

/** No socket yet; `now` is a clock that nobody sets, in milliseconds. */
export function createDatagrams(
  limits: Pick<IntentLimits, 'connections' | 'queued'>,
  now: () => number = () => performance.now(),
): Datagrams {
  const lines = new Map<string, Line>();

  const lineTo = (address: string, where: HostPort): Line => {
    const known = lines.get(address);
    if (known !== undefined && now() - known.openedAt < lookUpEveryMs) return known;
    if (known !== undefined) hangUp(address);
    const oldest = [...lines.keys()][0];
    if (lines.size >= limits.connections && oldest !== undefined) hangUp(oldest);
    const socket = open(where);
    const line = { socket, openedAt: now(), queued: 0 };
    const forget = (): void => {
      if (lines.get(address) === line) hangUp(address);
    };
    // Nobody listening there is told on the next packet; then a new socket is made.
    socket.then((opened) => opened.on('error', forget), forget);
    lines.set(address, line);
    return line;
  };

  const hangUp = (address: string): void => {
    const line = lines.get(address);
    lines.delete(address);
    line?.socket.then(closeQuietly, () => undefined);
  };

  return {
    async send(address, text) {
      const where = hostPortOf(address);
      if (where === undefined) return lost('its address is not HOST:PORT');
      const line = lineTo(address, where);
      const bytes = bytesOf(text);
      if (line.queued + bytes.length > limits.queued) return lost('too much waits for this address');
      line.queued += bytes.length;
      try {
        return await sendBy(await line.socket, bytes);
      } catch (error) {
        return lost(whyLost(error));
      } finally {
        line.queued -= bytes.length;
      }
    },
    hangUp,
    hangUpAll() {
      for (const address of lines.keys()) hangUp(address);
    },
  };
}

async function open({ host, port }: HostPort): Promise<Socket> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, address, () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

const sendBy = (socket: Socket, bytes: Buffer): Promise<Outcome> =>
  new Promise((resolve) => {
    socket.send(bytes, (error) => resolve(error === null ? done : lost(whyLost(error))));
  });

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // An error has closed it already.
  }
}
