import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A message that arrived. */
export interface Arrival {
  readonly at: number;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP server that notes what arrives, and answers as it is told. */
export interface HttpPeer {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** How to answer from now on; 200 by default. */
  answer(reply: (request: IncomingMessage, response: ServerResponse) => void): void;
  stop(): Promise<void>;
}

/** Starts one on loopback. */
export async function startHttpPeer(): Promise<HttpPeer> {
  const arrivals: Arrival[] = [];
  let reply = (_request: IncomingMessage, response: ServerResponse): void => void response.end('ok');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      arrivals.push({
        at: Date.now(),
        path: request.url ?? '',
        body: Buffer.concat(chunks).toString('utf8'),
        headers: request.headers,
      });
      reply(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    arrivals,
    answer: (next) => (reply = next),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
