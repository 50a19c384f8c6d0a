import { connect, type Socket } from 'node:net';
import { bytesOf, textOf } from './bytes.ts';
import { hostPortOf } from './addresses.ts';
import { done, lost, type IntentLimits, type Outcome } from './contract.ts';

/** Connections that rules send to: TCP and UNIX streams, one for each address. */
export interface Streams {
  send(network: 'tcp' | 'ustream', address: string, text: string): Promise<Outcome>;
  /** Closes a connection behind what waits for it. */
  hangUp(network: 'tcp' | 'ustream', address: string): void;
  hangUpAll(): void;
  /** Cuts off what is left. */
  destroy(): void;
}

/**
 * No connection yet. One is made at the first text for it and again after it was lost; what is sent
 * meanwhile waits, up to a limit of bytes and of time. What the other side says is not read.
 */
export function createStreams(limits: Pick<IntentLimits, 'connections' | 'queued' | 'connectTime'>): Streams {
  const sockets = new Map<string, Socket>();
  const closing = new Set<Socket>();

  const socketTo = (network: 'tcp' | 'ustream', address: string): Socket | string => {
    const key = `${network} ${address}`;
    const known = sockets.get(key);
    // One that has failed is still there until it is closed.
    if (known?.writable === true) {
      sockets.delete(key);
      sockets.set(key, known);
      return known;
    }
    const full = makeRoom();
    if (full !== undefined) return full;
    const socket = open(network, address);
    if (typeof socket === 'string') return socket;
    sockets.set(key, socket);
    socket.on('close', () => {
      if (sockets.get(key) === socket) sockets.delete(key);
      closing.delete(socket);
    });
    giveUpLate(socket, limits.connectTime);
    return socket;
  };

  const makeRoom = (): string | undefined => {
    if (sockets.size < limits.connections) return undefined;
    const idle = [...sockets].find(([, socket]) => socket.writableLength === 0);
    if (idle === undefined) return 'too many connections are open';
    end(...idle);
    return undefined;
  };

  const end = (key: string, socket: Socket): void => {
    sockets.delete(key);
    closing.add(socket);
    socket.end();
  };

  return {
    send(network, address, text) {
      const socket = socketTo(network, address);
      if (typeof socket === 'string') return Promise.resolve(lost(socket));
      const bytes = bytesOf(text);
      if (socket.writableLength + bytes.length > limits.queued) {
        return Promise.resolve(lost('too much waits for this connection'));
      }
      return new Promise((resolve) => {
        socket.write(bytes, (error) =>
          resolve(error instanceof Error ? lost(whyLost(socket.errored ?? error)) : done),
        );
      });
    },
    hangUp(network, address) {
      const key = `${network} ${address}`;
      const socket = sockets.get(key);
      if (socket !== undefined) end(key, socket);
    },
    hangUpAll() {
      for (const [key, socket] of sockets) end(key, socket);
    },
    destroy() {
      for (const socket of [...sockets.values(), ...closing]) socket.destroy();
    },
  };
}

function open(network: 'tcp' | 'ustream', address: string): Socket | string {
  try {
    if (network === 'ustream') return listenTo(connect({ path: textOf(address) }));
    const where = hostPortOf(address);
    return where === undefined
      ? 'its address is not HOST:PORT'
      : listenTo(connect({ ...where, noDelay: true }));
  } catch (error) {
    return whyLost(error);
  }
}

function listenTo(socket: Socket): Socket {
  // Whoever writes is told by the write's own callback.
  socket.on('error', () => undefined);
  return socket.resume();
}

function giveUpLate(socket: Socket, afterMs: number): void {
  const timer = setTimeout(() => socket.destroy(new Error('it could not be connected in time')), afterMs);
  timer.unref();
  socket.once('connect', () => clearTimeout(timer));
  socket.once('close', () => clearTimeout(timer));
}

/** The system's words for what went wrong with a socket, without the address: that may be log text. */
export function whyLost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error)) return error.message;
  return reasons.get(String(error.code)) ?? String(error.code);
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOENT', 'there is no such socket'],
  ['ENOTFOUND', 'the host is not known'],
  ['EAI_AGAIN', 'the host cannot be looked up now'],
  ['ECONNRESET', 'the other side closed the connection'],
  ['EPIPE', 'the other side closed the connection'],
  ['ERR_STREAM_DESTROYED', 'the connection was lost'],
  ['EACCES', 'permission denied'],
  ['EMSGSIZE', 'it is too long for one packet'],
]);
