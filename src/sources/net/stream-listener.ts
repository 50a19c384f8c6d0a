import { chmod, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { RecordFacts } from '../../model/chunk.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Listener, Reception, StationOptions } from './station.ts';
import { plainAddress } from './plain-address.ts';
import { clientOf, tlsOptionsOf } from './tls-context.ts';

/** How long a connection may be silent before it is asked whether it still is (ms). */
const keepAliveMs = 60_000;

/** The name of a UNIX socket is looked at no more often (ms). */
const lookMs = 1000;

/** Rejects when the address cannot be had, or the certificates cannot be read. */
export async function openStreamListener(
  address: Exclude<ListenAddress, { over: 'udp' }>,
  options: StationOptions,
  reception: Reception,
): Promise<Listener> {
  const { tls, connections, mode } = options;
  const sockets = new Set<Socket>();
  let isHeld = true;
  let isClosed = false;

  const take = (socket: Socket, peer: string, facts: RecordFacts): void => {
    const framer = reception.wire.framer();
    sockets.add(socket);
    if (!isHeld) socket.unref();
    socket.setKeepAlive(true, keepAliveMs);
    socket.on('data', (block: Buffer) => {
      reception.receive(framer.read(block), peer, facts, true);
      if (reception.isFull()) socket.pause();
    });
    socket.on('close', () => {
      sockets.delete(socket);
      reception.receive(framer.end(), peer, facts, true);
    });
  };

  const admit = (socket: Socket): string | undefined => {
    const peer = plainAddress(socket.remoteAddress ?? 'local');
    socket.on('error', () => socket.destroy());
    if (address.over === 'unix' || reception.admits(socket.remoteAddress)) return peer;
    reception.losses.count('stranger', peer);
    socket.destroy();
    return undefined;
  };

  // Also those that do not finish their greeting.
  const accepted = new Set<Socket>();
  let server = await createListening();
  await beginToListen();

  async function beginToListen(): Promise<void> {
    server.on('connection', (socket: Socket) => {
      accepted.add(socket);
      socket.on('close', () => accepted.delete(socket));
    });
    server.maxConnections = connections;
    server.on('drop', (who) => reception.losses.count('connections', who?.remoteAddress ?? 'local'));
    if (address.over === 'unix') {
      await clearStale(address.path);
      await listen(server, { path: address.path });
      await chmod(address.path, mode);
    } else await listen(server, { host: address.host, port: address.port });
    server.on('error', () => undefined);
    if (!isHeld) server.unref();
  }

  let lookedAt = performance.now();
  /** The name of a socket that somebody took away leads nobody here any more. */
  const comeBack = async (path: string): Promise<void> => {
    if (performance.now() < lookedAt + lookMs) return;
    lookedAt = Infinity;
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (!isThere && !isClosed) {
      // Before the new one, for it takes the name away. Its connections stay.
      server.close();
      server = await createListening();
      await beginToListen().catch(() => undefined);
      if (isClosed) server.close();
    }
    lookedAt = performance.now();
  };

  async function createListening(): Promise<Server | TlsServer> {
    if (address.over !== 'tls') {
      return createServer((socket) => {
        const peer = admit(socket);
        if (peer !== undefined) take(socket, peer, address.over === 'unix' ? {} : { fields: { peer } });
      });
    }
    if (tls === undefined) throw new Error('tls:// needs "tls" with a certificate');
    const secured = createTlsServer(await tlsOptionsOf(tls), (socket) => {
      const peer = admit(socket);
      if (peer === undefined) return;
      const client = clientOf(socket, tls);
      if (client.allowed) {
        const name = client.name === undefined ? {} : { peer_name: client.name };
        return take(socket, peer, { fields: { peer, ...name } });
      }
      reception.losses.count('stranger', `${peer}: ${client.why}`);
      socket.destroy();
    });
    secured.on('tlsClientError', (error, socket) => {
      reception.losses.count('handshake', `${socket.remoteAddress ?? 'unknown'}: ${error.message}`);
    });
    return secured;
  }

  return {
    hold(held) {
      isHeld = held;
      for (const one of [server, ...sockets])
        if (held) one.ref();
        else one.unref();
    },
    tend() {
      if (address.over === 'unix') void comeBack(address.path);
      if (reception.isFull()) return;
      for (const socket of sockets) if (socket.isPaused()) socket.resume();
    },
    async renew() {
      if ('setSecureContext' in server && tls !== undefined) server.setSecureContext(await tlsOptionsOf(tls));
    },
    async close() {
      isClosed = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of accepted) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Takes away the name of a socket at which nobody listens any more. */
async function clearStale(path: string): Promise<void> {
  const isStale = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
  if (isStale) await unlink(path).catch(() => undefined);
}
