import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { MetricsPlace } from '../../config/metrics.ts';
import type { Asked, Page } from './pages.ts';

/** What clients may take of us. */
const mostConnections = 16;
const mostHeaderBytes = 8 * 1024;
const mostHeaders = 64;
/** Milliseconds for the headers, for a whole request, and of silence between two. */
const patienceMs = 5_000;
const idleMs = 15_000;
const mostRequests = 1_000;

export type Listening =
  | { readonly ok: true; readonly address: string; close(): Promise<void> }
  | { readonly ok: false; readonly detail: string };

/** Listens at a place and answers with pages; `answer` must not reject. */
export async function listenForPages(
  place: MetricsPlace,
  answer: (asked: Asked) => Promise<Page>,
): Promise<Listening> {
  const server = createServer(
    {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: true,
    },
    (request, response) => {
      void respond(request, response, answer);
    },
  );
  server.maxConnections = mostConnections;
  server.maxHeadersCount = mostHeaders;
  server.maxRequestsPerSocket = mostRequests;
  // A reader that takes nothing in holds one of few places.
  server.setTimeout(idleMs, (socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());
  try {
    if (place.type === 'unix') await removeStale(place.path);
    await listen(server, place);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
  // What still can fail is accepting: the next connection is another one.
  server.on('error', () => undefined);
  return {
    ok: true,
    address: addressOf(server, place),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (asked: Asked) => Promise<Page>,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  response.on('error', () => undefined);
  // A body is asked for by no page: it is not read, and nothing can follow it.
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (hasBody) response.shouldKeepAlive = false;
  const page = await answer({
    method,
    url,
    accept: headers.accept ?? '',
    ...(headers.host === undefined ? {} : { host: headers.host }),
  });
  response.writeHead(page.status, {
    ...page.headers,
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : page.body);
}

function listen(server: Server, place: MetricsPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = (): void => {
      server.off('error', reject);
      resolve();
    };
    server.once('error', reject);
    if (place.type === 'tcp') {
      server.listen({ host: place.host, port: place.port, exclusive: true }, listening);
      return;
    }
    // Bound with its mode at once: a chmod afterwards could meet another file of that name.
    const before = process.umask(0o777 & ~place.mode);
    try {
      server.listen(place.path, listening);
    } finally {
      process.umask(before);
    }
  });
}

/** Takes away a socket that nobody listens at any more; anything else is left for `listen` to refuse. */
async function removeStale(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error(`${path} is there and is not a socket`);
  if (await isAnswered(path)) throw new Error(`another program listens at ${path}`);
  unlinkSync(path);
}

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

function addressOf(server: Server, place: MetricsPlace): string {
  const address = server.address();
  if (place.type === 'unix' || address === null || typeof address === 'string')
    return place.type === 'unix' ? place.path : '';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}/metrics`;
}
