import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { seconds, type Millis } from '../model/time.ts';
import { socketAddress } from './address.ts';
import { refuse, serveConnection, type AnswerControl } from './connection.ts';
import type { HeldLock } from './lock.ts';

export interface ControlOptions {
  /** How long a client may take for a whole request, and to take in a reply: 30 seconds. */
  readonly patience?: Millis;
  /** Most clients at once: 32. */
  readonly connections?: number;
  /** Told of what only a bug can cause: an answer that was thrown. */
  readonly report?: (error: unknown) => void;
}

export type ServedControl =
  | { readonly ok: true; close(): Promise<void> }
  | { readonly ok: false; readonly detail: string };

/**
 * Answers commands on `control.sock` in the state directory. The lock is asked for because only its
 * holder may replace the socket that an earlier process has left.
 */
export async function serveControl(
  lock: HeldLock,
  answer: AnswerControl,
  options: ControlOptions = {},
): Promise<ServedControl> {
  const address = socketAddress(lock.directory);
  if (!address.ok) return address;
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => welcome(socket, clients, answer, options));
  try {
    removeStale(join(lock.directory, 'control.sock'));
    await listen(server, address.path);
  } catch (error) {
    server.close();
    address.close();
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
  server.on('error', options.report ?? ignore);
  return {
    ok: true,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of clients) socket.destroy();
      await closed;
      address.close();
    },
  };
}

function welcome(socket: Socket, clients: Set<Socket>, answer: AnswerControl, options: ControlOptions): void {
  const { patience = seconds(30), connections = 32, report = ignore } = options;
  const before = clients.size;
  clients.add(socket);
  socket.on('close', () => clients.delete(socket));
  if (before < connections) serveConnection(socket, { answer, patience, report });
  else if (before < 2 * connections) refuse(socket, 'busy', `${connections} clients are connected already`);
  else socket.destroy();
}

function removeStale(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error(`${path} is not a socket; remove it`);
  unlinkSync(path);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Bound 0600 at once: a chmod afterwards could meet another file of that name.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

const ignore = (): void => undefined;
