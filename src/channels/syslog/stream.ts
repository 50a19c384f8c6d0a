import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { Delivery } from '../../model/delivery.ts';
import { codeOf } from '../private-file.ts';
import { failureOf } from '../http-failure.ts';

/** Where a stream leads; with `tls` it is encrypted, by the machine's own authorities unless a context is given. */
export type StreamServer =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly tls?: { readonly context?: SecureContext } };

export interface StreamLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How far an exchange is. */
interface Progress {
  over: boolean;
  /** The message was written. */
  begun: boolean;
  /** We have nothing more to say. */
  ended: boolean;
  socket?: Socket;
  pause?: NodeJS.Timeout;
}

/** How long a server gets to close first, in times of making the connection, and in milliseconds. */
const patience = { times: 2, least: 100, most: 1000 };

/**
 * Sends one frame over a connection of its own and waits until the server closes it in turn. Syslog
 * has no answer; that the server saw our end, and had read all before it, is the nearest to one. A server
 * that does not know us, by our certificate's name or our address, closes first and reads nothing: that is
 * waited for before our end is sent. `wrongType`: the socket is there but takes datagrams.
 */
export function sendOverStream(
  server: StreamServer,
  frame: Buffer,
  { timeoutMs, signal }: StreamLimits,
): Promise<Delivery | 'wrongType'> {
  return new Promise((resolve) => {
    const progress: Progress = { over: false, begun: false, ended: false };
    const startedAt = performance.now();
    const end = (delivery: Delivery | 'wrongType'): void => {
      if (progress.over) return;
      progress.over = true;
      clearTimeout(timer);
      clearTimeout(progress.pause);
      signal.removeEventListener('abort', stop);
      progress.socket?.destroy();
      resolve(delivery);
    };
    const cut = (detail: string): void =>
      end(
        progress.begun
          ? { type: 'unknown', detail: `${detail}, after the message was sent` }
          : { type: 'retry', reason: 'timeout', detail },
      );
    const stop = (): void => cut('stopped');
    const timer = setTimeout(() => cut(`no end of the connection within ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) return stop();
    const socket = open(server, () => {
      progress.begun = true;
      socket.write(frame);
      const took = performance.now() - startedAt;
      const wait = Math.min(patience.most, Math.max(patience.least, patience.times * took));
      progress.pause = setTimeout(() => {
        progress.ended = true;
        socket.end();
      }, wait);
    });
    progress.socket = socket;
    // Whatever it says is read, or its end would never be seen.
    socket.resume();
    socket.on('error', (error) => end(afterError(error, progress.begun)));
    socket.on('end', () => {
      if (!progress.ended) end(afterError(new Error(), progress.begun));
    });
    socket.on('close', () =>
      end(
        progress.ended
          ? { type: 'sent', receipt: 'read to its end' }
          : afterError(new Error(), progress.begun),
      ),
    );
  });
}

function open(server: StreamServer, connected: () => void): Socket {
  if ('path' in server) return connect({ path: server.path }, connected);
  const { host, port, tls } = server;
  if (tls === undefined) return connect({ host, port }, connected);
  // A name sent in the handshake must not be an address (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const context = tls.context === undefined ? {} : { secureContext: tls.context };
  return connectTls({ host, port, ...servername, ...context }, connected);
}

/** Alerts by which a server says, after our side of the handshake is done, that it will not have us. */
const handshakeAlert = /ALERT_(?:.*CERT|UNKNOWN_CA|HANDSHAKE|ACCESS_DENIED|PROTOCOL_VERSION)/;

function afterError(error: Error, begun: boolean): Delivery | 'wrongType' {
  const code = codeOf(error);
  if (code === 'EPROTOTYPE') return 'wrongType';
  if (handshakeAlert.test(code))
    return { type: 'retry', reason: 'auth', detail: `the server does not accept the certificate (${code})` };
  const closed = code === 'unknown error';
  if (begun) {
    const how = closed
      ? 'the server closed the connection first, as if it did not know us'
      : `the connection broke (${code})`;
    return { type: 'unknown', detail: `${how}, after the message was sent` };
  }
  if (closed) return { type: 'retry', reason: 'unavailable', detail: 'the server closed the connection' };
  return { type: 'retry', reason: 'unavailable', detail: failureOf(error, false).detail };
}
